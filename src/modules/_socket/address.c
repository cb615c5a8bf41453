/* Socket addresses of all families, between the kernel's form and Python's. */
#include "modules/_socket/socket.h"
#include <sys/ioctl.h>

/* -- host names ---------------------------------------------------------------------------- */

int
convert_host_name(PyObject *object, void *result)
{
    HostName *host = result;
    if (!object) {
        /* Called again to clean up. */
        Py_CLEAR(host->object);
        return 1;
    }
    host->object = NULL;
    Py_ssize_t length;
    if (PyBytes_Check(object)) {
        host->text = PyBytes_AS_STRING(object);
        length = PyBytes_GET_SIZE(object);
        host->object = Py_NewRef(object);
    } else if (PyByteArray_Check(object)) {
        /* It may be resized while we look the name up. */
        length = PyByteArray_GET_SIZE(object);
        host->object = PyBytes_FromStringAndSize(PyByteArray_AS_STRING(object), length);
        if (!host->object)
            return 0;
        host->text = PyBytes_AS_STRING(host->object);
    } else if (PyUnicode_Check(object)) {
        if (PyUnicode_READY(object) < 0)
            return 0;
        if (PyUnicode_IS_ASCII(object)) {
            host->text = PyUnicode_DATA(object);
            length = PyUnicode_GET_LENGTH(object);
            host->object = Py_NewRef(object);
        } else {
            PyObject *encoded = PyUnicode_AsEncodedString(object, "idna", NULL);
            if (!encoded) {
                PyErr_SetString(PyExc_TypeError, "encoding of hostname failed");
                return 0;
            }
            host->object = encoded;
            host->text = PyBytes_AS_STRING(encoded);
            length = PyBytes_GET_SIZE(encoded);
        }
    } else {
        PyErr_Format(PyExc_TypeError, "str, bytes or bytearray expected, not %s",
                     Py_TYPE(object)->tp_name);
        return 0;
    }
    if (strlen(host->text) != (size_t)length) {
        Py_CLEAR(host->object);
        PyErr_SetString(PyExc_TypeError, "host name must not contain null character");
        return 0;
    }
    return Py_CLEANUP_SUPPORTED;
}

static int
wrong_family(void)
{
    PyErr_SetString(PyExc_OSError, "address family mismatched");
    return -1;
}

/* The first answer of the resolver for a name. */
static int
ask_resolver(const char *name, const char *port, const struct addrinfo *hints,
             struct sockaddr *address, size_t size, int only)
{
    struct addrinfo *found;
    int code;
    Py_BEGIN_ALLOW_THREADS
    code = getaddrinfo(name, port, hints, &found);
    Py_END_ALLOW_THREADS
    if (code) {
        socket_fail_gai(code);
        return -1;
    }
    if (only && found->ai_next) {
        freeaddrinfo(found);
        PyErr_SetString(PyExc_OSError, "wildcard resolved to multiple address");
        return -1;
    }
    if (found->ai_addrlen < size)
        size = found->ai_addrlen;
    memcpy(address, found->ai_addr, size);
    int length = found->ai_family == AF_INET ? 4 : found->ai_family == AF_INET6 ? 16 : -1;
    freeaddrinfo(found);
    if (length < 0)
        PyErr_SetString(PyExc_OSError, "unknown address family");
    return length;
}

int
resolve_host(const char *name, struct sockaddr *address, size_t size, int family)
{
    memset(address, 0, size);
    if (!*name) {
        if (family != AF_UNSPEC && family != AF_INET && family != AF_INET6) {
            PyErr_SetString(PyExc_OSError, "unsupported address family");
            return -1;
        }
        struct addrinfo hints = {
            .ai_family = family, .ai_socktype = SOCK_DGRAM, .ai_flags = AI_PASSIVE};
        return ask_resolver(NULL, "0", &hints, address, size, 1);
    }
    struct sockaddr_in *in = (struct sockaddr_in *)address;
    if (strcmp(name, "<broadcast>") == 0 || strcmp(name, "255.255.255.255") == 0) {
        if (family != AF_INET && family != AF_UNSPEC)
            return wrong_family();
        in->sin_family = AF_INET;
        in->sin_addr.s_addr = INADDR_BROADCAST;
        return sizeof(in->sin_addr);
    }
    /* Numbers need no resolver. */
    if ((family == AF_UNSPEC || family == AF_INET) && inet_pton(AF_INET, name, &in->sin_addr) > 0) {
        in->sin_family = AF_INET;
        return 4;
    }
    if ((family == AF_UNSPEC || family == AF_INET6) && size >= sizeof(struct sockaddr_in6)
        && !strchr(name, '%')) {
        struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)address;
        memset(in6, 0, sizeof(*in6));
        if (inet_pton(AF_INET6, name, &in6->sin6_addr) > 0) {
            in6->sin6_family = AF_INET6;
            return 16;
        }
    }
    struct addrinfo hints = {.ai_family = family};
    return ask_resolver(name, NULL, &hints, address, size, 0);
}

/* -- to Python ----------------------------------------------------------------------------- */

PyObject *
ipv4_to_object(const struct sockaddr_in *address)
{
    char text[INET_ADDRSTRLEN];
    if (!inet_ntop(AF_INET, &address->sin_addr, text, sizeof(text)))
        return PyErr_SetFromErrno(PyExc_OSError);
    return PyUnicode_FromString(text);
}

PyObject *
ipv6_to_object(const struct sockaddr_in6 *address)
{
    char text[INET6_ADDRSTRLEN];
    if (!inet_ntop(AF_INET6, &address->sin6_addr, text, sizeof(text)))
        return PyErr_SetFromErrno(PyExc_OSError);
    return PyUnicode_FromString(text);
}

static PyObject *
unix_to_object(const struct sockaddr_un *address, size_t length)
{
    size_t path_length = length - offsetof(struct sockaddr_un, sun_path);
    if (path_length > 0 && address->sun_path[0] == 0)
        /* A name in the abstract namespace: not text, and its length counts. */
        return PyBytes_FromStringAndSize(address->sun_path, (Py_ssize_t)path_length);
    return PyUnicode_DecodeFSDefaultAndSize(address->sun_path,
                                            strnlen(address->sun_path, path_length));
}

static PyObject *
bluetooth_address_to_object(const bt_address *address)
{
    char text[18];
    PyOS_snprintf(text, sizeof(text), "%02X:%02X:%02X:%02X:%02X:%02X", address->b[5], address->b[4],
                  address->b[3], address->b[2], address->b[1], address->b[0]);
    return PyUnicode_FromString(text);
}

static PyObject *
bluetooth_to_object(const Address *a, int proto)
{
    switch (proto) {
    case BT_L2CAP: {
        PyObject *address = bluetooth_address_to_object(&a->l2cap.address);
        return address ? Py_BuildValue("Ni", address, a->l2cap.psm) : NULL;
    }
    case BT_RFCOMM: {
        PyObject *address = bluetooth_address_to_object(&a->rfcomm.address);
        return address ? Py_BuildValue("Ni", address, a->rfcomm.channel) : NULL;
    }
    case BT_HCI:
        return Py_BuildValue("i", a->hci.device);
    case BT_SCO:
        return bluetooth_address_to_object(&a->sco.address);
    }
    PyErr_SetString(PyExc_ValueError, "Unknown Bluetooth protocol");
    return NULL;
}

/* The name of an interface, "" if it has none. */
static const char *
interface_name(int fd, int index, struct ifreq *request)
{
    request->ifr_ifindex = index;
    return index && ioctl(fd, SIOCGIFNAME, request) == 0 ? request->ifr_name : "";
}

static PyObject *
packet_to_object(int fd, const struct sockaddr_ll *a)
{
    struct ifreq request = {0};
    return Py_BuildValue("shbhy#", interface_name(fd, a->sll_ifindex, &request),
                         (int)ntohs(a->sll_protocol), a->sll_pkttype, a->sll_hatype, a->sll_addr,
                         (Py_ssize_t)a->sll_halen);
}

static PyObject *
tipc_to_object(const struct sockaddr_tipc *a)
{
    switch (a->addrtype) {
    case TIPC_ADDR_NAMESEQ:
        return Py_BuildValue("IIIII", a->addrtype, a->addr.nameseq.type, a->addr.nameseq.lower,
                             a->addr.nameseq.upper, a->scope);
    case TIPC_ADDR_NAME:
        return Py_BuildValue("IIIII", a->addrtype, a->addr.name.name.type,
                             a->addr.name.name.instance, a->addr.name.name.instance, a->scope);
    case TIPC_ADDR_ID:
        return Py_BuildValue("IIIII", a->addrtype, a->addr.id.node, a->addr.id.ref, 0, a->scope);
    }
    PyErr_SetString(PyExc_ValueError, "Invalid address type");
    return NULL;
}

static PyObject *
can_to_object(int fd, const struct sockaddr_can *a, int proto)
{
    struct ifreq request = {0};
    PyObject *name = PyUnicode_DecodeFSDefault(interface_name(fd, a->can_ifindex, &request));
    if (!name)
        return NULL;
    switch (proto) {
    case CAN_ISOTP:
        return Py_BuildValue("Nkk", name, (unsigned long)a->can_addr.tp.rx_id,
                             (unsigned long)a->can_addr.tp.tx_id);
    case CAN_J1939:
        return Py_BuildValue("NKIB", name, (unsigned long long)a->can_addr.j1939.name,
                             (unsigned int)a->can_addr.j1939.pgn, a->can_addr.j1939.addr);
    }
    return Py_BuildValue("(N)", name);
}

PyObject *
address_to_object(int fd, const struct sockaddr *address, size_t length, int proto)
{
    if (length == 0)
        /* No address, for example of an unconnected or unnamed peer. */
        Py_RETURN_NONE;
    const Address *a = (const Address *)address;
    PyObject *host;
    switch (address->sa_family) {
    case AF_INET:
        host = ipv4_to_object(&a->in);
        return host ? Py_BuildValue("Ni", host, ntohs(a->in.sin_port)) : NULL;
    case AF_INET6:
        host = ipv6_to_object(&a->in6);
        return host ? Py_BuildValue("NiII", host, ntohs(a->in6.sin6_port),
                                    (unsigned int)ntohl(a->in6.sin6_flowinfo),
                                    (unsigned int)a->in6.sin6_scope_id)
                    : NULL;
    case AF_UNIX:
        return unix_to_object(&a->un, length);
    case AF_NETLINK:
        return Py_BuildValue("II", a->nl.nl_pid, a->nl.nl_groups);
    case AF_QIPCRTR:
        return Py_BuildValue("II", a->qrtr.sq_node, a->qrtr.sq_port);
    case AF_VSOCK:
        return Py_BuildValue("II", a->vm.svm_cid, a->vm.svm_port);
    case AF_BLUETOOTH:
        return bluetooth_to_object(a, proto);
    case AF_PACKET:
        return packet_to_object(fd, &a->ll);
    case AF_TIPC:
        return tipc_to_object(&a->tipc);
    case AF_CAN:
        return can_to_object(fd, &a->can, proto);
    case AF_ALG:
        return Py_BuildValue("s#s#HH", a->alg.salg_type,
                             (Py_ssize_t)strnlen((const char *)a->alg.salg_type,
                                                 sizeof(a->alg.salg_type)),
                             a->alg.salg_name,
                             (Py_ssize_t)strnlen((const char *)a->alg.salg_name,
                                                 sizeof(a->alg.salg_name)),
                             a->alg.salg_feat, a->alg.salg_mask);
    }
    return Py_BuildValue("iy#", address->sa_family, address->sa_data,
                         (Py_ssize_t)(sizeof(*address) - offsetof(struct sockaddr, sa_data)));
}

/* -- from Python --------------------------------------------------------------------------- */

static int
must_be_tuple(PyObject *object, const char *caller, const char *family)
{
    if (PyTuple_Check(object))
        return 1;
    PyErr_Format(PyExc_TypeError, "%s(): %s address must be tuple, not %.500s", caller, family,
                 Py_TYPE(object)->tp_name);
    return 0;
}

static int
check_port(int port, const char *caller, const char *what)
{
    if (port >= 0 && port <= 0xffff)
        return 1;
    PyErr_Format(PyExc_OverflowError, "%s(): %s must be 0-65535.", caller, what);
    return 0;
}

/* A number too large for a C int is out of range for a port, too. */
static void
refine_port_error(const char *caller)
{
    if (PyErr_ExceptionMatches(PyExc_OverflowError))
        PyErr_Format(PyExc_OverflowError, "%s(): port must be 0-65535.", caller);
}

static int
to_unix(PyObject *object, struct sockaddr_un *a, socklen_t *length)
{
    Py_buffer path;
    if (PyUnicode_Check(object)) {
        PyObject *bytes = PyUnicode_EncodeFSDefault(object);
        if (!bytes)
            return 0;
        int got = PyObject_GetBuffer(bytes, &path, PyBUF_SIMPLE) == 0;
        Py_DECREF(bytes);
        if (!got)
            return 0;
    } else if (PyObject_GetBuffer(object, &path, PyBUF_SIMPLE) < 0) {
        return 0;
    }
    /* An empty path lets the kernel choose; one that begins with NUL is in the abstract namespace,
       where no NUL is needed at the end. */
    int abstract = path.len == 0 || *(const char *)path.buf == 0, fits;
    fits = (size_t)path.len + !abstract <= sizeof(a->sun_path);
    if (fits) {
        memset(a, 0, sizeof(*a));
        a->sun_family = AF_UNIX;
        memcpy(a->sun_path, path.buf, path.len);
        *length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + path.len + !abstract);
    } else {
        PyErr_SetString(PyExc_OSError, "AF_UNIX path too long");
    }
    PyBuffer_Release(&path);
    return fits;
}

static int
to_ipv4(PyObject *object, struct sockaddr_in *a, socklen_t *length, const char *caller)
{
    HostName host = {0};
    int port;
    if (!must_be_tuple(object, caller, "AF_INET"))
        return 0;
    if (!PyArg_ParseTuple(object, "O&i;AF_INET address must be a pair (host, port)",
                          convert_host_name, &host, &port)) {
        refine_port_error(caller);
        return 0;
    }
    int found = resolve_host(host.text, (struct sockaddr *)a, sizeof(*a), AF_INET);
    convert_host_name(NULL, &host);
    if (found < 0 || !check_port(port, caller, "port"))
        return 0;
    a->sin_family = AF_INET;
    a->sin_port = htons((uint16_t)port);
    *length = sizeof(*a);
    return 1;
}

static int
to_ipv6(PyObject *object, struct sockaddr_in6 *a, socklen_t *length, const char *caller)
{
    HostName host = {0};
    int port;
    unsigned int flow = 0, scope = 0;
    if (!must_be_tuple(object, caller, "AF_INET6"))
        return 0;
    if (!PyArg_ParseTuple(
            object, "O&i|II;AF_INET6 address must be a tuple (host, port[, flowinfo[, scopeid]])",
            convert_host_name, &host, &port, &flow, &scope)) {
        refine_port_error(caller);
        return 0;
    }
    int found = resolve_host(host.text, (struct sockaddr *)a, sizeof(*a), AF_INET6);
    convert_host_name(NULL, &host);
    if (found < 0 || !check_port(port, caller, "port"))
        return 0;
    if (flow > 0xfffff) {
        PyErr_Format(PyExc_OverflowError, "%s(): flowinfo must be 0-1048575.", caller);
        return 0;
    }
    a->sin6_family = AF_INET6;
    a->sin6_port = htons((uint16_t)port);
    a->sin6_flowinfo = htonl(flow);
    a->sin6_scope_id = scope;
    *length = sizeof(*a);
    return 1;
}

static int
to_bluetooth_address(const char *text, bt_address *address)
{
    unsigned int b[6];
    char rest;
    if (sscanf(text, "%X:%X:%X:%X:%X:%X%c", &b[5], &b[4], &b[3], &b[2], &b[1], &b[0], &rest) == 6) {
        int good = 1;
        for (int i = 0; i < 6; i++) {
            good &= b[i] < 256;
            address->b[i] = (uint8_t)b[i];
        }
        if (good)
            return 1;
    }
    PyErr_SetString(PyExc_OSError, "bad bluetooth address");
    return 0;
}

static int
wrong_format(const char *caller)
{
    PyErr_Format(PyExc_OSError, "%s(): wrong format", caller);
    return 0;
}

static int
to_bluetooth(int proto, PyObject *object, Address *a, socklen_t *length, const char *caller)
{
    const char *text;
    switch (proto) {
    case BT_L2CAP: {
        int psm;
        memset(&a->l2cap, 0, sizeof(a->l2cap));
        a->l2cap.family = AF_BLUETOOTH;
        if (!PyArg_ParseTuple(object, "si", &text, &psm))
            return wrong_format(caller);
        a->l2cap.psm = (unsigned short)psm;
        *length = sizeof(a->l2cap);
        return to_bluetooth_address(text, &a->l2cap.address);
    }
    case BT_RFCOMM: {
        int channel;
        memset(&a->rfcomm, 0, sizeof(a->rfcomm));
        a->rfcomm.family = AF_BLUETOOTH;
        if (!PyArg_ParseTuple(object, "si", &text, &channel))
            return wrong_format(caller);
        a->rfcomm.channel = (uint8_t)channel;
        *length = sizeof(a->rfcomm);
        return to_bluetooth_address(text, &a->rfcomm.address);
    }
    case BT_HCI: {
        int device;
        memset(&a->hci, 0, sizeof(a->hci));
        a->hci.family = AF_BLUETOOTH;
        if (!PyTuple_Check(object) || !PyArg_ParseTuple(object, "i", &device))
            return wrong_format(caller);
        a->hci.device = (unsigned short)device;
        *length = sizeof(a->hci);
        return 1;
    }
    case BT_SCO:
        memset(&a->sco, 0, sizeof(a->sco));
        a->sco.family = AF_BLUETOOTH;
        if (!PyBytes_Check(object))
            return wrong_format(caller);
        *length = sizeof(a->sco);
        return to_bluetooth_address(PyBytes_AS_STRING(object), &a->sco.address);
    }
    PyErr_Format(PyExc_OSError, "%s(): unknown Bluetooth protocol", caller);
    return 0;
}

static int
to_packet(Socket *self, PyObject *object, struct sockaddr_ll *a, socklen_t *length,
          const char *caller)
{
    const char *name;
    int proto, packet_type = PACKET_HOST, hardware_type = 0;
    Py_buffer hardware = {0};
    if (!must_be_tuple(object, caller, "AF_PACKET"))
        return 0;
    if (!PyArg_ParseTuple(object,
                          "si|iiy*;AF_PACKET address must be a tuple of two to five elements",
                          &name, &proto, &packet_type, &hardware_type, &hardware))
        return 0;
    int good = 0;
    struct ifreq request = {0};
    strncpy(request.ifr_name, name, sizeof(request.ifr_name) - 1);
    if (ioctl(self->fd, SIOCGIFINDEX, &request) < 0) {
        self->errorhandler();
    } else if (hardware.obj && hardware.len > 8) {
        PyErr_SetString(PyExc_ValueError, "Hardware address must be 8 bytes or less");
    } else if (check_port(proto, caller, "proto")) {
        memset(a, 0, sizeof(*a));
        a->sll_family = AF_PACKET;
        a->sll_protocol = htons((uint16_t)proto);
        a->sll_ifindex = request.ifr_ifindex;
        a->sll_pkttype = (unsigned char)packet_type;
        a->sll_hatype = (unsigned short)hardware_type;
        if (hardware.obj) {
            memcpy(a->sll_addr, hardware.buf, hardware.len);
            a->sll_halen = (unsigned char)hardware.len;
        }
        *length = sizeof(*a);
        good = 1;
    }
    if (hardware.obj)
        PyBuffer_Release(&hardware);
    return good;
}

static int
to_tipc(PyObject *object, struct sockaddr_tipc *a, socklen_t *length, const char *caller)
{
    unsigned int type, v1, v2, v3, scope = TIPC_CLUSTER_SCOPE;
    if (!must_be_tuple(object, caller, "AF_TIPC"))
        return 0;
    if (!PyArg_ParseTuple(
            object, "IIII|I;AF_TIPC address must be a tuple (addr_type, v1, v2, v3[, scope])", &type,
            &v1, &v2, &v3, &scope))
        return 0;
    memset(a, 0, sizeof(*a));
    a->family = AF_TIPC;
    a->scope = (signed char)scope;
    a->addrtype = (unsigned char)type;
    switch (type) {
    case TIPC_ADDR_NAMESEQ:
        a->addr.nameseq.type = v1;
        a->addr.nameseq.lower = v2;
        a->addr.nameseq.upper = v3;
        break;
    case TIPC_ADDR_NAME:
        a->addr.name.name.type = v1;
        a->addr.name.name.instance = v2;
        break;
    case TIPC_ADDR_ID:
        a->addr.id.node = v1;
        a->addr.id.ref = v2;
        break;
    default:
        PyErr_SetString(PyExc_TypeError, "Invalid address type");
        return 0;
    }
    *length = sizeof(*a);
    return 1;
}

/* The index of a CAN interface, 0 for "", which means all. */
static int
can_interface(Socket *self, PyObject *name, int *index)
{
    Py_ssize_t length = PyBytes_GET_SIZE(name);
    struct ifreq request = {0};
    *index = 0;
    if (length == 0)
        return 1;
    if ((size_t)length >= sizeof(request.ifr_name)) {
        PyErr_SetString(PyExc_OSError, "AF_CAN interface name too long");
        return 0;
    }
    memcpy(request.ifr_name, PyBytes_AS_STRING(name), length);
    if (ioctl(self->fd, SIOCGIFINDEX, &request) < 0) {
        self->errorhandler();
        return 0;
    }
    *index = request.ifr_ifindex;
    return 1;
}

static int
to_can(Socket *self, PyObject *object, struct sockaddr_can *a, socklen_t *length,
       const char *caller)
{
    PyObject *name = NULL;
    unsigned long rx = 0, tx = 0;
    unsigned long long j1939_name = 0;
    unsigned int pgn = 0;
    unsigned char address = 0;
    int parsed;
    memset(a, 0, sizeof(*a));
    switch (self->proto) {
    case CAN_RAW:
    case CAN_BCM:
        if (!must_be_tuple(object, caller, "AF_CAN"))
            return 0;
        parsed = PyArg_ParseTuple(object, "O&;AF_CAN address must be a tuple (interface, )",
                                  PyUnicode_FSConverter, &name);
        break;
    case CAN_ISOTP:
        parsed = PyArg_ParseTuple(object, "O&kk", PyUnicode_FSConverter, &name, &rx, &tx);
        a->can_addr.tp.rx_id = (canid_t)rx;
        a->can_addr.tp.tx_id = (canid_t)tx;
        break;
    case CAN_J1939:
        parsed = PyArg_ParseTuple(object, "O&KIB", PyUnicode_FSConverter, &name, &j1939_name, &pgn,
                                  &address);
        a->can_addr.j1939.name = j1939_name;
        a->can_addr.j1939.pgn = pgn;
        a->can_addr.j1939.addr = address;
        break;
    default:
        PyErr_Format(PyExc_OSError, "%s(): unsupported CAN protocol", caller);
        return 0;
    }
    if (!parsed)
        return 0;
    int index, found = can_interface(self, name, &index);
    Py_DECREF(name);
    if (!found)
        return 0;
    a->can_family = AF_CAN;
    a->can_ifindex = index;
    *length = sizeof(*a);
    return 1;
}

static int
to_alg(PyObject *object, struct sockaddr_alg *a, socklen_t *length, const char *caller)
{
    const char *type, *name;
    unsigned short features = 0, mask = 0;
    if (!must_be_tuple(object, caller, "AF_ALG"))
        return 0;
    if (!PyArg_ParseTuple(object,
                          "ss|HH;AF_ALG address must be a tuple (type, name[, feat[, mask]])",
                          &type, &name, &features, &mask))
        return 0;
    memset(a, 0, sizeof(*a));
    a->salg_family = AF_ALG;
    a->salg_feat = features;
    a->salg_mask = mask;
    /* The fields of fixed size keep a NUL at the end. */
    size_t size = strlen(type);
    if (size >= sizeof(a->salg_type)) {
        PyErr_SetString(PyExc_ValueError, "AF_ALG type too long.");
        return 0;
    }
    memcpy(a->salg_type, type, size);
    size = strlen(name);
    if (size >= sizeof(a->salg_name)) {
        PyErr_SetString(PyExc_ValueError, "AF_ALG name too long.");
        return 0;
    }
    memcpy(a->salg_name, name, size);
    *length = sizeof(*a);
    return 1;
}

int
object_to_address(Socket *self, PyObject *object, Address *a, socklen_t *length, const char *caller)
{
    switch (self->family) {
    case AF_UNIX:
        return to_unix(object, &a->un, length);
    case AF_INET:
        return to_ipv4(object, &a->in, length, caller);
    case AF_INET6:
        return to_ipv6(object, &a->in6, length, caller);
    case AF_NETLINK: {
        unsigned int pid, groups;
        if (!must_be_tuple(object, caller, "AF_NETLINK")
            || !PyArg_ParseTuple(object, "II;AF_NETLINK address must be a pair (pid, groups)", &pid,
                                 &groups))
            return 0;
        a->nl = (struct sockaddr_nl){.nl_family = AF_NETLINK, .nl_pid = pid, .nl_groups = groups};
        *length = sizeof(a->nl);
        return 1;
    }
    case AF_QIPCRTR: {
        unsigned int node, port;
        if (!must_be_tuple(object, caller, "AF_QIPCRTR")
            || !PyArg_ParseTuple(object, "II;AF_QIPCRTR address must be a pair (node, port)", &node,
                                 &port))
            return 0;
        a->qrtr = (struct sockaddr_qrtr){.sq_family = AF_QIPCRTR, .sq_node = node, .sq_port = port};
        *length = sizeof(a->qrtr);
        return 1;
    }
    case AF_VSOCK: {
        unsigned int cid, port;
        if (!must_be_tuple(object, "getsockaddrarg", "AF_VSOCK")
            || !PyArg_ParseTuple(object, "II:getsockaddrarg", &cid, &port))
            return 0;
        memset(&a->vm, 0, sizeof(a->vm));
        a->vm.svm_family = AF_VSOCK;
        a->vm.svm_cid = cid;
        a->vm.svm_port = port;
        *length = sizeof(a->vm);
        return 1;
    }
    case AF_BLUETOOTH:
        return to_bluetooth(self->proto, object, a, length, caller);
    case AF_PACKET:
        return to_packet(self, object, &a->ll, length, caller);
    case AF_TIPC:
        return to_tipc(object, &a->tipc, length, caller);
    case AF_CAN:
        return to_can(self, object, &a->can, length, caller);
    case AF_ALG:
        return to_alg(object, &a->alg, length, caller);
    }
    PyErr_Format(PyExc_OSError, "%s(): bad family", caller);
    return 0;
}

int
address_size(Socket *self, socklen_t *length)
{
    static const struct {
        int family;
        socklen_t size;
    } sizes[] = {
        {AF_UNIX, sizeof(struct sockaddr_un)},
        {AF_NETLINK, sizeof(struct sockaddr_nl)},
        {AF_QIPCRTR, sizeof(struct sockaddr_qrtr)},
        {AF_VSOCK, sizeof(struct sockaddr_vm)},
        {AF_RDS, sizeof(struct sockaddr_in)},
        {AF_INET, sizeof(struct sockaddr_in)},
        {AF_INET6, sizeof(struct sockaddr_in6)},
        {AF_PACKET, sizeof(struct sockaddr_ll)},
        {AF_TIPC, sizeof(struct sockaddr_tipc)},
        {AF_CAN, sizeof(struct sockaddr_can)},
        {AF_ALG, sizeof(struct sockaddr_alg)},
    };
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        if (sizes[i].family == self->family) {
            *length = sizes[i].size;
            return 1;
        }
    }
    if (self->family == AF_BLUETOOTH) {
        switch (self->proto) {
        case BT_L2CAP:
            *length = sizeof(struct sockaddr_bt_l2cap);
            return 1;
        case BT_RFCOMM:
            *length = sizeof(struct sockaddr_bt_rfcomm);
            return 1;
        case BT_HCI:
            *length = sizeof(struct sockaddr_bt_hci);
            return 1;
        case BT_SCO:
            *length = sizeof(struct sockaddr_bt_sco);
            return 1;
        }
        PyErr_SetString(PyExc_OSError, "getsockaddrlen: unknown BT protocol");
        return 0;
    }
    PyErr_SetString(PyExc_OSError, "getsockaddrlen: bad family");
    return 0;
}
