/* Names and numbers: hosts, services, protocols, interfaces, byte orders. */
#include "modules/_socket/socket.h"
#include <unistd.h>

/* -- hosts --------------------------------------------------------------------------------- */

/* A host name argument, via IDNA. */
static status
parse_host(PyObject *args, const char *format, HostName *host)
{
    char *text = NULL;
    if (!PyArg_ParseTuple(args, format, "idna", &text))
        return -1;
    host->text = text;
    host->object = NULL;
    return 0;
}

FUNCTION(socket, gethostname, NULL, "Return the name of this host.")
static PyObject *
socket_gethostname(PyObject *Py_UNUSED(module))
{
    if (PySys_Audit("socket.gethostname", NULL) < 0)
        return NULL;
    char name[1024];
    int result;
    Py_BEGIN_ALLOW_THREADS
    result = gethostname(name, sizeof(name) - 1);
    Py_END_ALLOW_THREADS
    if (result < 0)
        return socket_fail();
    name[sizeof(name) - 1] = 0;
    return PyUnicode_DecodeFSDefault(name);
}

FUNCTION(socket, sethostname, NULL, "Set the name of this host.")
PyObject *
socket_sethostname(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *name;
    if (!PyArg_ParseTuple(args, "S:sethostname", &name)) {
        PyErr_Clear();
        if (!PyArg_ParseTuple(args, "O&:sethostname", PyUnicode_FSConverter, &name))
            return NULL;
    } else {
        Py_INCREF(name);
    }
    int result = -1, audited = PySys_Audit("socket.sethostname", "(O)", name);
    if (audited == 0)
        result = sethostname(PyBytes_AS_STRING(name), PyBytes_GET_SIZE(name));
    Py_DECREF(name);
    if (audited < 0)
        return NULL;
    return result ? socket_fail() : Py_NewRef(Py_None);
}

FUNCTION(socket, gethostbyname, NULL, "Return the IPv4 address of a host.")
PyObject *
socket_gethostbyname(PyObject *Py_UNUSED(module), PyObject *args)
{
    HostName host;
    if (parse_host(args, "et:gethostbyname", &host) < 0)
        return NULL;
    struct sockaddr_in address;
    PyObject *result = NULL;
    if (PySys_Audit("socket.gethostbyname", "O", PyTuple_GET_ITEM(args, 0)) == 0
        && resolve_host(host.text, (struct sockaddr *)&address, sizeof(address), AF_INET) >= 0)
        result = ipv4_to_object(&address);
    PyMem_Free((char *)host.text);
    return result;
}

/* (name, aliases, addresses) */
static PyObject *
host_entry_to_object(const struct hostent *entry, int family)
{
    if (entry->h_addrtype != family) {
        errno = EAFNOSUPPORT;
        return PyErr_SetFromErrno(PyExc_OSError);
    }
    PyObject *aliases = PyList_New(0), *addresses = PyList_New(0), *name = NULL;
    if (!aliases || !addresses)
        goto fail;
    for (char **alias = entry->h_aliases; alias && *alias; alias++) {
        PyObject *text = PyUnicode_FromString(*alias);
        status added = text ? PyList_Append(aliases, text) : -1;
        Py_XDECREF(text);
        if (added < 0)
            goto fail;
    }
    for (char **data = entry->h_addr_list; *data; data++) {
        Address a = {0};
        PyObject *text;
        if (family == AF_INET) {
            memcpy(&a.in.sin_addr, *data, sizeof(a.in.sin_addr));
            text = ipv4_to_object(&a.in);
        } else {
            memcpy(&a.in6.sin6_addr, *data, sizeof(a.in6.sin6_addr));
            text = ipv6_to_object(&a.in6);
        }
        status added = text ? PyList_Append(addresses, text) : -1;
        Py_XDECREF(text);
        if (added < 0)
            goto fail;
    }
    name = PyUnicode_DecodeFSDefault(entry->h_name);
    if (!name)
        goto fail;
    return Py_BuildValue("NNN", name, aliases, addresses);
fail:
    Py_XDECREF(aliases);
    Py_XDECREF(addresses);
    return NULL;
}

/* Run gethostbyname_r() or, with an address, gethostbyaddr_r(). */
static PyObject *
look_up_entry(const char *name, const void *address, socklen_t length, int family)
{
    size_t size = 16384;
    char *buffer = NULL;
    struct hostent entry, *found;
    int code, failed;
    do {
        char *bigger = PyMem_RawRealloc(buffer, size);
        if (!bigger) {
            PyMem_RawFree(buffer);
            return PyErr_NoMemory();
        }
        buffer = bigger;
        Py_BEGIN_ALLOW_THREADS
        failed = address ? gethostbyaddr_r(address, length, family, &entry, buffer, size, &found,
                                           &code)
                         : gethostbyname_r(name, &entry, buffer, size, &found, &code);
        Py_END_ALLOW_THREADS
        size *= 2;
    } while (failed == ERANGE && size < ((size_t)1 << 24));
    PyObject *result = found ? host_entry_to_object(found, family) : socket_fail_h(code);
    PyMem_RawFree(buffer);
    return result;
}

FUNCTION(socket, gethostbyname_ex, NULL,
         "Return (name, aliases, addresses) of a host, by name; IPv4 only.")
PyObject *
socket_gethostbyname_ex(PyObject *Py_UNUSED(module), PyObject *args)
{
    HostName host;
    if (parse_host(args, "et:gethostbyname_ex", &host) < 0)
        return NULL;
    struct sockaddr_in address;
    PyObject *result = NULL;
    if (PySys_Audit("socket.gethostbyname", "O", PyTuple_GET_ITEM(args, 0)) == 0
        && resolve_host(host.text, (struct sockaddr *)&address, sizeof(address), AF_INET) >= 0)
        result = look_up_entry(host.text, NULL, 0, AF_INET);
    PyMem_Free((char *)host.text);
    return result;
}

FUNCTION(socket, gethostbyaddr, NULL, "Return (name, aliases, addresses) of a host, by address.")
PyObject *
socket_gethostbyaddr(PyObject *Py_UNUSED(module), PyObject *args)
{
    HostName host;
    if (parse_host(args, "et:gethostbyaddr", &host) < 0)
        return NULL;
    Address a;
    PyObject *result = NULL;
    if (PySys_Audit("socket.gethostbyaddr", "O", PyTuple_GET_ITEM(args, 0)) == 0
        && resolve_host(host.text, &a.any, sizeof(a), AF_UNSPEC) >= 0) {
        switch (a.any.sa_family) {
        case AF_INET:
            result = look_up_entry(NULL, &a.in.sin_addr, sizeof(a.in.sin_addr), AF_INET);
            break;
        case AF_INET6:
            result = look_up_entry(NULL, &a.in6.sin6_addr, sizeof(a.in6.sin6_addr), AF_INET6);
            break;
        default:
            PyErr_SetString(PyExc_OSError, "unsupported address family");
        }
    }
    PyMem_Free((char *)host.text);
    return result;
}

/* A port argument as text; *owner keeps it alive. */
static status
port_text(PyObject *port, const char **text, PyObject **owner)
{
    *text = NULL;
    *owner = NULL;
    if (PyLong_CheckExact(port)) {
        long value = PyLong_AsLong(port);
        if (value == -1 && PyErr_Occurred())
            return -1;
        *owner = PyUnicode_FromFormat("%ld", value);
        *text = *owner ? PyUnicode_AsUTF8(*owner) : NULL;
        return *text ? 0 : -1;
    }
    if (PyUnicode_Check(port)) {
        *text = PyUnicode_AsUTF8(port);
        return *text ? 0 : -1;
    }
    if (PyBytes_Check(port)) {
        *text = PyBytes_AS_STRING(port);
        return 0;
    }
    if (port == Py_None)
        return 0;
    PyErr_SetString(PyExc_OSError, "Int or String expected");
    return -1;
}

FUNCTION(socket, getaddrinfo, NULL,
         "getaddrinfo(host, port [, family, type, proto, flags])\n"
         "    -> list of (family, type, proto, canonname, sockaddr)\n\n"
         "Resolve a host and a port, both of which may be None.")
PyObject *
socket_getaddrinfo(PyObject *Py_UNUSED(module), PyObject *args, PyObject *kwargs)
{
    static char *keywords[] = {"host", "port", "family", "type", "proto", "flags", NULL};
    PyObject *host, *port, *encoded = NULL, *port_owner = NULL, *list = NULL;
    int family = AF_UNSPEC, type = 0, proto = 0, flags = 0;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "OO|iiii:getaddrinfo", keywords, &host, &port,
                                     &family, &type, &proto, &flags))
        return NULL;
    const char *host_text = NULL, *port_string;
    struct addrinfo *found = NULL;
    if (PyUnicode_Check(host)) {
        encoded = PyUnicode_AsEncodedString(host, "idna", NULL);
        if (!encoded)
            return NULL;
        host_text = PyBytes_AS_STRING(encoded);
    } else if (PyBytes_Check(host)) {
        host_text = PyBytes_AS_STRING(host);
    } else if (host != Py_None) {
        PyErr_SetString(PyExc_TypeError, "getaddrinfo() argument 1 must be string or None");
        return NULL;
    }
    if (port_text(port, &port_string, &port_owner) < 0
        || PySys_Audit("socket.getaddrinfo", "OOiii", host, port, family, type, proto) < 0)
        goto done;
    struct addrinfo hints = {
        .ai_family = family, .ai_socktype = type, .ai_protocol = proto, .ai_flags = flags};
    int code;
    Py_BEGIN_ALLOW_THREADS
    code = getaddrinfo(host_text, port_string, &hints, &found);
    Py_END_ALLOW_THREADS
    if (code) {
        found = NULL;
        socket_fail_gai(code);
        goto done;
    }
    list = PyList_New(0);
    for (struct addrinfo *one = found; list && one; one = one->ai_next) {
        PyObject *address = address_to_object(-1, one->ai_addr, one->ai_addrlen, proto);
        PyObject *tuple = address ? Py_BuildValue("iiisO", one->ai_family, one->ai_socktype,
                                                  one->ai_protocol,
                                                  one->ai_canonname ? one->ai_canonname : "", address)
                                  : NULL;
        Py_XDECREF(address);
        if (!tuple || PyList_Append(list, tuple) < 0)
            Py_CLEAR(list);
        Py_XDECREF(tuple);
    }
done:
    if (found)
        freeaddrinfo(found);
    Py_XDECREF(encoded);
    Py_XDECREF(port_owner);
    return list;
}

FUNCTION(socket, getnameinfo, NULL,
         "getnameinfo(sockaddr, flags): return (host, port) of an IP address, with NI_* flags.")
PyObject *
socket_getnameinfo(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *address, *result = NULL, *name;
    int flags, port;
    const char *host;
    unsigned int flow = 0, scope = 0;
    if (!PyArg_ParseTuple(args, "Oi:getnameinfo", &address, &flags))
        return NULL;
    if (!PyTuple_Check(address)) {
        PyErr_SetString(PyExc_TypeError, "getnameinfo() argument 1 must be a tuple");
        return NULL;
    }
    if (!PyArg_ParseTuple(address, "si|II;getnameinfo(): illegal sockaddr argument", &host, &port,
                          &flow, &scope))
        return NULL;
    if (flow > 0xfffff) {
        PyErr_SetString(PyExc_OverflowError, "getnameinfo(): flowinfo must be 0-1048575.");
        return NULL;
    }
    if (PySys_Audit("socket.getnameinfo", "(O)", address) < 0)
        return NULL;
    char port_string[16], host_name[NI_MAXHOST], service[NI_MAXSERV];
    PyOS_snprintf(port_string, sizeof(port_string), "%d", port);
    struct addrinfo hints = {
        .ai_family = AF_UNSPEC, .ai_socktype = SOCK_DGRAM, .ai_flags = AI_NUMERICHOST};
    struct addrinfo *found;
    int code;
    Py_BEGIN_ALLOW_THREADS
    code = getaddrinfo(host, port_string, &hints, &found);
    Py_END_ALLOW_THREADS
    if (code)
        return socket_fail_gai(code);
    if (found->ai_next) {
        PyErr_SetString(PyExc_OSError, "sockaddr resolved to multiple addresses");
        goto done;
    }
    if (found->ai_family == AF_INET) {
        if (PyTuple_GET_SIZE(address) != 2) {
            PyErr_SetString(PyExc_OSError, "IPv4 sockaddr must be 2 tuple");
            goto done;
        }
    } else if (found->ai_family == AF_INET6) {
        struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)found->ai_addr;
        in6->sin6_flowinfo = htonl(flow);
        in6->sin6_scope_id = scope;
    }
    Py_BEGIN_ALLOW_THREADS
    code = getnameinfo(found->ai_addr, found->ai_addrlen, host_name, sizeof(host_name), service,
                       sizeof(service), flags);
    Py_END_ALLOW_THREADS
    if (code) {
        socket_fail_gai(code);
        goto done;
    }
    name = PyUnicode_DecodeFSDefault(host_name);
    if (name)
        result = Py_BuildValue("Ns", name, service);
done:
    freeaddrinfo(found);
    return result;
}

/* -- services and protocols ---------------------------------------------------------------- */

FUNCTION(socket, getservbyname, NULL, "getservbyname(name[, protocol]): the port of a service.")
PyObject *
socket_getservbyname(PyObject *Py_UNUSED(module), PyObject *args)
{
    const char *name, *proto = NULL;
    if (!PyArg_ParseTuple(args, "s|s:getservbyname", &name, &proto)
        || PySys_Audit("socket.getservbyname", "ss", name, proto) < 0)
        return NULL;
    const struct servent *service;
    Py_BEGIN_ALLOW_THREADS
    service = getservbyname(name, proto);
    Py_END_ALLOW_THREADS
    if (!service) {
        PyErr_SetString(PyExc_OSError, "service/proto not found");
        return NULL;
    }
    return PyLong_FromLong(ntohs((uint16_t)service->s_port));
}

FUNCTION(socket, getservbyport, NULL, "getservbyport(port[, protocol]): the name of a service.")
PyObject *
socket_getservbyport(PyObject *Py_UNUSED(module), PyObject *args)
{
    int port;
    const char *proto = NULL;
    if (!PyArg_ParseTuple(args, "i|s:getservbyport", &port, &proto))
        return NULL;
    if (port < 0 || port > 0xffff) {
        PyErr_SetString(PyExc_OverflowError, "getservbyport: port must be 0-65535.");
        return NULL;
    }
    if (PySys_Audit("socket.getservbyport", "is", port, proto) < 0)
        return NULL;
    const struct servent *service;
    Py_BEGIN_ALLOW_THREADS
    service = getservbyport(htons((uint16_t)port), proto);
    Py_END_ALLOW_THREADS
    if (!service) {
        PyErr_SetString(PyExc_OSError, "port/proto not found");
        return NULL;
    }
    return PyUnicode_FromString(service->s_name);
}

FUNCTION(socket, getprotobyname, NULL, "Return the number of a protocol.")
PyObject *
socket_getprotobyname(PyObject *Py_UNUSED(module), PyObject *args)
{
    const char *name;
    if (!PyArg_ParseTuple(args, "s:getprotobyname", &name))
        return NULL;
    const struct protoent *proto;
    Py_BEGIN_ALLOW_THREADS
    proto = getprotobyname(name);
    Py_END_ALLOW_THREADS
    if (!proto) {
        PyErr_SetString(PyExc_OSError, "protocol not found");
        return NULL;
    }
    return PyLong_FromLong(proto->p_proto);
}

/* -- byte orders --------------------------------------------------------------------------- */

static PyObject *
swap_short(PyObject *args, const char *format, const char *name, uint16_t (*swap)(uint16_t))
{
    int value;
    if (!PyArg_ParseTuple(args, format, &value))
        return NULL;
    if (value < 0)
        return PyErr_Format(PyExc_OverflowError,
                            "%s: can't convert negative Python int to C 16-bit unsigned integer",
                            name);
    if (value > 0xffff)
        return PyErr_Format(PyExc_OverflowError,
                            "%s: Python int too large to convert to C 16-bit unsigned integer",
                            name);
    return PyLong_FromUnsignedLong(swap((uint16_t)value));
}

FUNCTION(socket, ntohs, NULL, "A 16-bit number from network to host byte order.")
PyObject *
socket_ntohs(PyObject *Py_UNUSED(module), PyObject *args)
{
    return swap_short(args, "i:ntohs", "ntohs", ntohs);
}

FUNCTION(socket, htons, NULL, "A 16-bit number from host to network byte order.")
PyObject *
socket_htons(PyObject *Py_UNUSED(module), PyObject *args)
{
    return swap_short(args, "i:htons", "htons", htons);
}

static PyObject *
swap_long(PyObject *number, uint32_t (*swap)(uint32_t))
{
    if (!PyLong_Check(number))
        return PyErr_Format(PyExc_TypeError, "expected int, %s found", Py_TYPE(number)->tp_name);
    unsigned long value = PyLong_AsUnsignedLong(number);
    if (value == (unsigned long)-1 && PyErr_Occurred())
        return NULL;
    if (value > 0xffffffffUL)
        return PyErr_Format(PyExc_OverflowError, "int larger than 32 bits");
    return PyLong_FromUnsignedLong(swap((uint32_t)value));
}

FUNCTION(socket, ntohl, NULL, "A 32-bit number from network to host byte order.")
PyObject *
socket_ntohl(PyObject *Py_UNUSED(module), PyObject *number)
{
    return swap_long(number, ntohl);
}

FUNCTION(socket, htonl, NULL, "A 32-bit number from host to network byte order.")
PyObject *
socket_htonl(PyObject *Py_UNUSED(module), PyObject *number)
{
    return swap_long(number, htonl);
}

/* -- addresses as text and bytes ----------------------------------------------------------- */

FUNCTION(socket, inet_aton, NULL, "An IPv4 address as 4 bytes; all forms that C knows.")
PyObject *
socket_inet_aton(PyObject *Py_UNUSED(module), PyObject *args)
{
    const char *text;
    struct in_addr address;
    if (!PyArg_ParseTuple(args, "s:inet_aton", &text))
        return NULL;
    if (inet_aton(text, &address) == 0) {
        PyErr_SetString(PyExc_OSError, "illegal IP address string passed to inet_aton");
        return NULL;
    }
    return PyBytes_FromStringAndSize((char *)&address, sizeof(address));
}

FUNCTION(socket, inet_ntoa, NULL, "4 bytes as an IPv4 address.")
PyObject *
socket_inet_ntoa(PyObject *Py_UNUSED(module), PyObject *args)
{
    Py_buffer packed;
    struct sockaddr_in address = {0};
    if (!PyArg_ParseTuple(args, "y*:inet_ntoa", &packed))
        return NULL;
    int good = packed.len == (Py_ssize_t)sizeof(address.sin_addr);
    if (good)
        memcpy(&address.sin_addr, packed.buf, packed.len);
    PyBuffer_Release(&packed);
    if (good)
        return ipv4_to_object(&address);
    PyErr_SetString(PyExc_OSError, "packed IP wrong length for inet_ntoa");
    return NULL;
}

FUNCTION(socket, inet_pton, NULL, "inet_pton(family, text): an IP address as bytes.")
PyObject *
socket_inet_pton(PyObject *Py_UNUSED(module), PyObject *args)
{
    int family;
    const char *text;
    char packed[sizeof(struct in6_addr)];
    if (!PyArg_ParseTuple(args, "is:inet_pton", &family, &text))
        return NULL;
    int result = inet_pton(family, text, packed);
    if (result < 0)
        return socket_fail();
    if (result == 0) {
        PyErr_SetString(PyExc_OSError, "illegal IP address string passed to inet_pton");
        return NULL;
    }
    if (family != AF_INET && family != AF_INET6) {
        PyErr_SetString(PyExc_OSError, "unknown address family");
        return NULL;
    }
    return PyBytes_FromStringAndSize(packed, family == AF_INET ? 4 : 16);
}

FUNCTION(socket, inet_ntop, NULL, "inet_ntop(family, packed): bytes as an IP address.")
PyObject *
socket_inet_ntop(PyObject *Py_UNUSED(module), PyObject *args)
{
    int family;
    Py_buffer packed;
    char text[INET6_ADDRSTRLEN];
    if (!PyArg_ParseTuple(args, "iy*:inet_ntop", &family, &packed))
        return NULL;
    PyObject *result = NULL;
    if (family != AF_INET && family != AF_INET6) {
        PyErr_Format(PyExc_ValueError, "unknown address family %d", family);
    } else if (packed.len != (family == AF_INET ? 4 : 16)) {
        PyErr_SetString(PyExc_ValueError, "invalid length of packed IP address string");
    } else if (!inet_ntop(family, packed.buf, text, sizeof(text))) {
        PyErr_SetFromErrno(PyExc_OSError);
    } else {
        result = PyUnicode_FromString(text);
    }
    PyBuffer_Release(&packed);
    return result;
}

/* -- interfaces ---------------------------------------------------------------------------- */

FUNCTION(socket, if_nameindex, NULL, "Return the network interfaces as a list of (number, name).")
static PyObject *
socket_if_nameindex(PyObject *Py_UNUSED(module))
{
    struct if_nameindex *all = if_nameindex();
    if (!all)
        return socket_fail();
    PyObject *list = PyList_New(0);
    for (int i = 0; list && all[i].if_index && all[i].if_name; i++) {
        PyObject *pair =
            Py_BuildValue("IO&", all[i].if_index, PyUnicode_DecodeFSDefault, all[i].if_name);
        if (!pair || PyList_Append(list, pair) < 0)
            Py_CLEAR(list);
        Py_XDECREF(pair);
    }
    if_freenameindex(all);
    return list;
}

FUNCTION(socket, if_nametoindex, NULL, "Return the number of a network interface.")
PyObject *
socket_if_nametoindex(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *name;
    if (!PyArg_ParseTuple(args, "O&:if_nametoindex", PyUnicode_FSConverter, &name))
        return NULL;
    unsigned int index = if_nametoindex(PyBytes_AS_STRING(name));
    Py_DECREF(name);
    if (!index) {
        PyErr_SetString(PyExc_OSError, "no interface with this name");
        return NULL;
    }
    return PyLong_FromUnsignedLong(index);
}

FUNCTION(socket, if_indextoname, NULL, "Return the name of a network interface.")
PyObject *
socket_if_indextoname(PyObject *Py_UNUSED(module), PyObject *number)
{
    unsigned long index = PyLong_AsUnsignedLong(number);
    char name[IF_NAMESIZE + 1];
    if (index == (unsigned long)-1 && PyErr_Occurred())
        return NULL;
    if (index > UINT_MAX) {
        PyErr_SetString(PyExc_OverflowError, "Python int too large to convert to C unsigned int");
        return NULL;
    }
    if (!if_indextoname((unsigned int)index, name))
        return socket_fail();
    return PyUnicode_DecodeFSDefault(name);
}

#include "gen/modules/_socket/resolve.inc"
