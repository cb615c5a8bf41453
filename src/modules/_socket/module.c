/* The module _socket: constants, the functions that make sockets, and the capsule for _ssl. */
#include "modules/_socket/socket.h"
#include <fcntl.h>
#include <linux/can/bcm.h>
#include <linux/can/error.h>
#include <linux/can/raw.h>
#include <linux/udp.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <unistd.h>

static PyModuleDef socket_module;

typedef struct {
    const char *name;
    long value;
} Constant;

#define NAMED(name) {#name, (long)(name)},
#define UNSIGNED(name) {#name, (long)(unsigned int)(name)},

/* A number stands where the headers with the name are rarely installed. */
static const Constant constants[] = {
    NAMED(AF_ALG) NAMED(AF_APPLETALK) NAMED(AF_ASH) NAMED(AF_ATMPVC) NAMED(AF_ATMSVC)
    NAMED(AF_AX25) NAMED(AF_BLUETOOTH) NAMED(AF_BRIDGE) NAMED(AF_CAN) NAMED(AF_DECnet)
    NAMED(AF_ECONET) NAMED(AF_INET) NAMED(AF_INET6) NAMED(AF_IPX) NAMED(AF_IRDA) NAMED(AF_KEY)
    NAMED(AF_LLC) NAMED(AF_NETBEUI) NAMED(AF_NETLINK) NAMED(AF_NETROM) NAMED(AF_PACKET)
    NAMED(AF_PPPOX) NAMED(AF_QIPCRTR) NAMED(AF_RDS) NAMED(AF_ROSE) NAMED(AF_ROUTE)
    NAMED(AF_SECURITY) NAMED(AF_SNA) NAMED(AF_TIPC) NAMED(AF_UNIX) NAMED(AF_UNSPEC)
    NAMED(AF_VSOCK) NAMED(AF_WANPIPE) NAMED(AF_X25) NAMED(AI_ADDRCONFIG) NAMED(AI_ALL)
    NAMED(AI_CANONNAME) NAMED(AI_NUMERICHOST) NAMED(AI_NUMERICSERV) NAMED(AI_PASSIVE)
    NAMED(AI_V4MAPPED) NAMED(ALG_OP_DECRYPT) NAMED(ALG_OP_ENCRYPT) {"ALG_OP_SIGN", 2},
    {"ALG_OP_VERIFY", 3}, NAMED(ALG_SET_AEAD_ASSOCLEN) NAMED(ALG_SET_AEAD_AUTHSIZE)
    NAMED(ALG_SET_IV) NAMED(ALG_SET_KEY) NAMED(ALG_SET_OP) {"ALG_SET_PUBKEY", 6},
    {"BTPROTO_HCI", 1}, {"BTPROTO_L2CAP", 0}, {"BTPROTO_RFCOMM", 3}, {"BTPROTO_SCO", 2},
    NAMED(CAN_BCM) {"CAN_BCM_CAN_FD_FRAME", 2048}, {"CAN_BCM_RX_ANNOUNCE_RESUME", 256},
    {"CAN_BCM_RX_CHANGED", 12}, {"CAN_BCM_RX_CHECK_DLC", 64}, {"CAN_BCM_RX_DELETE", 6},
    {"CAN_BCM_RX_FILTER_ID", 32}, {"CAN_BCM_RX_NO_AUTOTIMER", 128}, {"CAN_BCM_RX_READ", 7},
    {"CAN_BCM_RX_RTR_FRAME", 1024}, {"CAN_BCM_RX_SETUP", 5}, {"CAN_BCM_RX_STATUS", 10},
    {"CAN_BCM_RX_TIMEOUT", 11}, {"CAN_BCM_SETTIMER", 1}, {"CAN_BCM_STARTTIMER", 2},
    {"CAN_BCM_TX_ANNOUNCE", 8}, {"CAN_BCM_TX_COUNTEVT", 4}, {"CAN_BCM_TX_CP_CAN_ID", 16},
    {"CAN_BCM_TX_DELETE", 2}, {"CAN_BCM_TX_EXPIRED", 9}, {"CAN_BCM_TX_READ", 3},
    {"CAN_BCM_TX_RESET_MULTI_IDX", 512}, {"CAN_BCM_TX_SEND", 4}, {"CAN_BCM_TX_SETUP", 1},
    {"CAN_BCM_TX_STATUS", 8}, NAMED(CAN_EFF_FLAG) NAMED(CAN_EFF_MASK) NAMED(CAN_ERR_FLAG)
    NAMED(CAN_ERR_MASK) NAMED(CAN_ISOTP) NAMED(CAN_J1939) NAMED(CAN_RAW) NAMED(CAN_RAW_FD_FRAMES)
    NAMED(CAN_RAW_FILTER) NAMED(CAN_RAW_JOIN_FILTERS) NAMED(CAN_RAW_LOOPBACK)
    NAMED(CAN_RAW_RECV_OWN_MSGS) NAMED(CAN_RTR_FLAG) NAMED(CAN_SFF_MASK) NAMED(EAI_ADDRFAMILY)
    NAMED(EAI_AGAIN) NAMED(EAI_BADFLAGS) NAMED(EAI_FAIL) NAMED(EAI_FAMILY) NAMED(EAI_MEMORY)
    NAMED(EAI_NODATA) NAMED(EAI_NONAME) NAMED(EAI_OVERFLOW) NAMED(EAI_SERVICE) NAMED(EAI_SOCKTYPE)
    NAMED(EAI_SYSTEM) {"HCI_DATA_DIR", 1}, {"HCI_FILTER", 2}, {"HCI_TIME_STAMP", 3},
    NAMED(INADDR_ALLHOSTS_GROUP) NAMED(INADDR_ANY) NAMED(INADDR_BROADCAST) NAMED(INADDR_LOOPBACK)
    NAMED(INADDR_MAX_LOCAL_GROUP) NAMED(INADDR_NONE) NAMED(INADDR_UNSPEC_GROUP)
    NAMED(IOCTL_VM_SOCKETS_GET_LOCAL_CID) NAMED(IPPORT_RESERVED) NAMED(IPPORT_USERRESERVED)
    NAMED(IPPROTO_AH) NAMED(IPPROTO_DSTOPTS) NAMED(IPPROTO_EGP) NAMED(IPPROTO_ESP)
    NAMED(IPPROTO_FRAGMENT) NAMED(IPPROTO_GRE) NAMED(IPPROTO_HOPOPTS) NAMED(IPPROTO_ICMP)
    NAMED(IPPROTO_ICMPV6) NAMED(IPPROTO_IDP) NAMED(IPPROTO_IGMP) NAMED(IPPROTO_IP)
    NAMED(IPPROTO_IPIP) NAMED(IPPROTO_IPV6) NAMED(IPPROTO_MPTCP) NAMED(IPPROTO_NONE)
    NAMED(IPPROTO_PIM) NAMED(IPPROTO_PUP) NAMED(IPPROTO_RAW) NAMED(IPPROTO_ROUTING)
    NAMED(IPPROTO_RSVP) NAMED(IPPROTO_SCTP) NAMED(IPPROTO_TCP) NAMED(IPPROTO_TP)
    NAMED(IPPROTO_UDP) NAMED(IPPROTO_UDPLITE) NAMED(IPV6_CHECKSUM) NAMED(IPV6_DONTFRAG)
    NAMED(IPV6_DSTOPTS) NAMED(IPV6_HOPLIMIT) NAMED(IPV6_HOPOPTS) NAMED(IPV6_JOIN_GROUP)
    NAMED(IPV6_LEAVE_GROUP) NAMED(IPV6_MULTICAST_HOPS) NAMED(IPV6_MULTICAST_IF)
    NAMED(IPV6_MULTICAST_LOOP) NAMED(IPV6_NEXTHOP) NAMED(IPV6_PATHMTU) NAMED(IPV6_PKTINFO)
    NAMED(IPV6_RECVDSTOPTS) NAMED(IPV6_RECVHOPLIMIT) NAMED(IPV6_RECVHOPOPTS)
    NAMED(IPV6_RECVPATHMTU) NAMED(IPV6_RECVPKTINFO) NAMED(IPV6_RECVRTHDR) NAMED(IPV6_RECVTCLASS)
    NAMED(IPV6_RTHDR) NAMED(IPV6_RTHDRDSTOPTS) NAMED(IPV6_RTHDR_TYPE_0) NAMED(IPV6_TCLASS)
    NAMED(IPV6_UNICAST_HOPS) NAMED(IPV6_V6ONLY) NAMED(IP_ADD_MEMBERSHIP)
    NAMED(IP_BIND_ADDRESS_NO_PORT) NAMED(IP_DEFAULT_MULTICAST_LOOP)
    NAMED(IP_DEFAULT_MULTICAST_TTL) NAMED(IP_DROP_MEMBERSHIP) NAMED(IP_HDRINCL)
    NAMED(IP_MAX_MEMBERSHIPS) NAMED(IP_MULTICAST_IF) NAMED(IP_MULTICAST_LOOP)
    NAMED(IP_MULTICAST_TTL) NAMED(IP_OPTIONS) NAMED(IP_RECVOPTS) NAMED(IP_RECVRETOPTS)
    NAMED(IP_RECVTOS) NAMED(IP_RETOPTS) NAMED(IP_TOS) NAMED(IP_TRANSPARENT) NAMED(IP_TTL)
    NAMED(J1939_EE_INFO_NONE) NAMED(J1939_EE_INFO_TX_ABORT) NAMED(J1939_FILTER_MAX)
    NAMED(J1939_IDLE_ADDR) NAMED(J1939_MAX_UNICAST_ADDR) NAMED(J1939_NLA_BYTES_ACKED)
    NAMED(J1939_NLA_PAD) NAMED(J1939_NO_ADDR) NAMED(J1939_NO_NAME) NAMED(J1939_NO_PGN)
    NAMED(J1939_PGN_ADDRESS_CLAIMED) NAMED(J1939_PGN_ADDRESS_COMMANDED) NAMED(J1939_PGN_MAX)
    NAMED(J1939_PGN_PDU1_MAX) NAMED(J1939_PGN_REQUEST) NAMED(MSG_CMSG_CLOEXEC) NAMED(MSG_CONFIRM)
    NAMED(MSG_CTRUNC) NAMED(MSG_DONTROUTE) NAMED(MSG_DONTWAIT) NAMED(MSG_EOR) NAMED(MSG_ERRQUEUE)
    NAMED(MSG_FASTOPEN) NAMED(MSG_MORE) NAMED(MSG_NOSIGNAL) NAMED(MSG_OOB) NAMED(MSG_PEEK)
    NAMED(MSG_TRUNC) NAMED(MSG_WAITALL) NAMED(NETLINK_CRYPTO) NAMED(NETLINK_DNRTMSG)
    NAMED(NETLINK_FIREWALL) NAMED(NETLINK_IP6_FW) NAMED(NETLINK_NFLOG) NAMED(NETLINK_ROUTE)
    NAMED(NETLINK_USERSOCK) NAMED(NETLINK_XFRM) NAMED(NI_DGRAM) NAMED(NI_MAXHOST)
    NAMED(NI_MAXSERV) NAMED(NI_NAMEREQD) NAMED(NI_NOFQDN) NAMED(NI_NUMERICHOST)
    NAMED(NI_NUMERICSERV) NAMED(PACKET_BROADCAST) NAMED(PACKET_FASTROUTE) NAMED(PACKET_HOST)
    NAMED(PACKET_LOOPBACK) NAMED(PACKET_MULTICAST) NAMED(PACKET_OTHERHOST) NAMED(PACKET_OUTGOING)
    NAMED(PF_CAN) NAMED(PF_PACKET) NAMED(PF_RDS) NAMED(SCM_CREDENTIALS) NAMED(SCM_J1939_DEST_ADDR)
    NAMED(SCM_J1939_DEST_NAME) NAMED(SCM_J1939_ERRQUEUE) NAMED(SCM_J1939_PRIO) NAMED(SCM_RIGHTS)
    NAMED(SHUT_RD) NAMED(SHUT_RDWR) NAMED(SHUT_WR) NAMED(SOCK_CLOEXEC) NAMED(SOCK_DGRAM)
    NAMED(SOCK_NONBLOCK) NAMED(SOCK_RAW) NAMED(SOCK_RDM) NAMED(SOCK_SEQPACKET) NAMED(SOCK_STREAM)
    NAMED(SOL_ALG) NAMED(SOL_CAN_BASE) NAMED(SOL_CAN_RAW) {"SOL_HCI", 0}, NAMED(SOL_IP)
    NAMED(SOL_RDS) NAMED(SOL_SOCKET) NAMED(SOL_TCP) NAMED(SOL_TIPC) {"SOL_UDP", 17},
    NAMED(SOMAXCONN) NAMED(SO_ACCEPTCONN) NAMED(SO_BINDTODEVICE) NAMED(SO_BROADCAST)
    NAMED(SO_DEBUG) NAMED(SO_DOMAIN) NAMED(SO_DONTROUTE) NAMED(SO_ERROR) NAMED(SO_INCOMING_CPU)
    NAMED(SO_J1939_ERRQUEUE) NAMED(SO_J1939_FILTER) NAMED(SO_J1939_PROMISC)
    NAMED(SO_J1939_SEND_PRIO) NAMED(SO_KEEPALIVE) NAMED(SO_LINGER) NAMED(SO_MARK)
    NAMED(SO_OOBINLINE) NAMED(SO_PASSCRED) NAMED(SO_PASSSEC) NAMED(SO_PEERCRED) NAMED(SO_PEERSEC)
    NAMED(SO_PRIORITY) NAMED(SO_PROTOCOL) NAMED(SO_RCVBUF) NAMED(SO_RCVLOWAT) NAMED(SO_RCVTIMEO)
    NAMED(SO_REUSEADDR) NAMED(SO_REUSEPORT) NAMED(SO_SNDBUF) NAMED(SO_SNDLOWAT) NAMED(SO_SNDTIMEO)
    NAMED(SO_TYPE) NAMED(SO_VM_SOCKETS_BUFFER_MAX_SIZE) NAMED(SO_VM_SOCKETS_BUFFER_MIN_SIZE)
    NAMED(SO_VM_SOCKETS_BUFFER_SIZE) NAMED(TCP_CONGESTION) NAMED(TCP_CORK) NAMED(TCP_DEFER_ACCEPT)
    NAMED(TCP_FASTOPEN) NAMED(TCP_INFO) NAMED(TCP_KEEPCNT) NAMED(TCP_KEEPIDLE)
    NAMED(TCP_KEEPINTVL) NAMED(TCP_LINGER2) NAMED(TCP_MAXSEG) NAMED(TCP_NODELAY)
    NAMED(TCP_NOTSENT_LOWAT) NAMED(TCP_QUICKACK) NAMED(TCP_SYNCNT) NAMED(TCP_USER_TIMEOUT)
    NAMED(TCP_WINDOW_CLAMP) NAMED(TIPC_ADDR_ID) NAMED(TIPC_ADDR_NAME) NAMED(TIPC_ADDR_NAMESEQ)
    NAMED(TIPC_CFG_SRV) NAMED(TIPC_CLUSTER_SCOPE) NAMED(TIPC_CONN_TIMEOUT)
    NAMED(TIPC_CRITICAL_IMPORTANCE) NAMED(TIPC_DEST_DROPPABLE) NAMED(TIPC_HIGH_IMPORTANCE)
    NAMED(TIPC_IMPORTANCE) NAMED(TIPC_LOW_IMPORTANCE) NAMED(TIPC_MEDIUM_IMPORTANCE)
    NAMED(TIPC_NODE_SCOPE) NAMED(TIPC_PUBLISHED) NAMED(TIPC_SRC_DROPPABLE)
    NAMED(TIPC_SUBSCR_TIMEOUT) NAMED(TIPC_SUB_CANCEL) NAMED(TIPC_SUB_PORTS)
    NAMED(TIPC_SUB_SERVICE) NAMED(TIPC_TOP_SRV) NAMED(TIPC_WAIT_FOREVER) NAMED(TIPC_WITHDRAWN)
    NAMED(TIPC_ZONE_SCOPE) {"UDPLITE_RECV_CSCOV", 11}, {"UDPLITE_SEND_CSCOV", 10},
    NAMED(VMADDR_CID_ANY) NAMED(VMADDR_CID_HOST) NAMED(VMADDR_PORT_ANY)
    NAMED(VM_SOCKETS_INVALID_VERSION)
};

/* -- state and errors ---------------------------------------------------------------------- */

SocketState *
socket_state(void)
{
    PyObject *module = PyState_FindModule(&socket_module);
    return module ? PyModule_GetState(module) : NULL;
}

PyObject *
socket_fail(void)
{
    return PyErr_SetFromErrno(PyExc_OSError);
}

/* Raise an exception with (code, text) as its arguments. */
static PyObject *
fail_with(PyObject *type, int code, const char *text)
{
    PyObject *args = Py_BuildValue("(is)", code, text);
    if (args) {
        PyErr_SetObject(type ? type : PyExc_OSError, args);
        Py_DECREF(args);
    }
    return NULL;
}

PyObject *
socket_fail_gai(int code)
{
    if (code == EAI_SYSTEM)
        return socket_fail();
    SocketState *state = socket_state();
    return fail_with(state ? state->gaierror : NULL, code, gai_strerror(code));
}

PyObject *
socket_fail_h(int code)
{
    SocketState *state = socket_state();
    return fail_with(state ? state->herror : NULL, code, hstrerror(code));
}

status
socket_parse_timeout(_PyTime_t *timeout, PyObject *object)
{
    if (object == Py_None) {
        *timeout = _PyTime_FromSeconds(-1);
        return 0;
    }
    if (_PyTime_FromSecondsObject(timeout, object, _PyTime_ROUND_TIMEOUT) < 0)
        return -1;
    if (*timeout < 0) {
        PyErr_SetString(PyExc_ValueError, "Timeout value out of range");
        return -1;
    }
    if (_PyTime_AsMilliseconds(*timeout, _PyTime_ROUND_TIMEOUT) > INT_MAX) {
        PyErr_SetString(PyExc_OverflowError, "timeout doesn't fit into C timeval");
        return -1;
    }
    return 0;
}

status
socket_close_fd(int fd)
{
    int result;
    Py_BEGIN_ALLOW_THREADS
    result = close(fd);
    Py_END_ALLOW_THREADS
    /* The other end may have closed the connection before: that is no error here. */
    return result < 0 && errno != ECONNRESET ? -1 : 0;
}

/* -- functions ----------------------------------------------------------------------------- */

FUNCTION(socket, close, NULL, "Close a socket by its descriptor.")
static PyObject *
socket_close(PyObject *Py_UNUSED(module), PyObject *number)
{
    int fd = _PyLong_AsInt(number);
    if (fd == -1 && PyErr_Occurred())
        return NULL;
    return socket_close_fd(fd) < 0 ? socket_fail() : Py_NewRef(Py_None);
}

FUNCTION(socket, dup, NULL, "Return another descriptor of the same socket.")
static PyObject *
socket_dup(PyObject *Py_UNUSED(module), PyObject *number)
{
    int fd = _PyLong_AsInt(number);
    if (fd == -1 && PyErr_Occurred())
        return NULL;
    int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    return copy < 0 ? socket_fail() : PyLong_FromLong(copy);
}

FUNCTION(socket, socketpair, NULL,
         "socketpair([family[, type[, proto]]]): return two sockets that are connected, by default\n"
         "of the family AF_UNIX.")
static PyObject *
socket_socketpair(PyObject *Py_UNUSED(module), PyObject *args)
{
    int family = AF_UNIX, type = SOCK_STREAM, proto = 0, fds[2], result;
    if (!PyArg_ParseTuple(args, "|iii:socketpair", &family, &type, &proto))
        return NULL;
    Py_BEGIN_ALLOW_THREADS
    result = socketpair(family, type | SOCK_CLOEXEC, proto, fds);
    Py_END_ALLOW_THREADS
    if (result < 0)
        return socket_fail();
    PyObject *first = socket_new(fds[0], family, type, proto);
    if (!first) {
        close(fds[1]);
        return NULL;
    }
    PyObject *second = socket_new(fds[1], family, type, proto);
    if (!second) {
        Py_DECREF(first);
        return NULL;
    }
    return Py_BuildValue("NN", first, second);
}

FUNCTION(socket, getdefaulttimeout, NULL,
         "Return the timeout of new sockets in seconds, None for none.")
static PyObject *
socket_getdefaulttimeout(PyObject *Py_UNUSED(module))
{
    SocketState *state = socket_state();
    if (!state || state->default_timeout < 0)
        Py_RETURN_NONE;
    return PyFloat_FromDouble(_PyTime_AsSecondsDouble(state->default_timeout));
}

FUNCTION(socket, setdefaulttimeout, NULL, "Set the timeout of new sockets in seconds, None for none.")
static PyObject *
socket_setdefaulttimeout(PyObject *Py_UNUSED(module), PyObject *object)
{
    SocketState *state = socket_state();
    _PyTime_t timeout;
    if (socket_parse_timeout(&timeout, object) < 0)
        return NULL;
    if (state)
        state->default_timeout = timeout;
    Py_RETURN_NONE;
}

/* -- the module ---------------------------------------------------------------------------- */

static int
socket_traverse(PyObject *module, visitproc visit, void *arg)
{
    SocketState *state = PyModule_GetState(module);
    if (state) {
        Py_VISIT(state->herror);
        Py_VISIT(state->gaierror);
    }
    return 0;
}

static int
socket_clear(PyObject *module)
{
    SocketState *state = PyModule_GetState(module);
    if (state) {
        Py_CLEAR(state->herror);
        Py_CLEAR(state->gaierror);
    }
    return 0;
}

static void
socket_free(void *module)
{
    socket_clear(module);
}

#include "gen/modules/_socket/module.inc"

static WRITTEN PyModuleDef socket_module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_socket",
    .m_doc = PyDoc_STR("Sockets as the system has them.  Programs use the module socket."),
    .m_size = sizeof(SocketState),
    .m_methods = socket_functions,
    .m_traverse = socket_traverse,
    .m_clear = socket_clear,
    .m_free = socket_free,
};

/* What the capsule _socket.CAPI points to. */
typedef struct {
    PyTypeObject *socket_type;
    PyObject *error;
    PyObject *timeout_error;
} SocketCAPI;

static void
free_capi(PyObject *capsule)
{
    SocketCAPI *capi = PyCapsule_GetPointer(capsule, "_socket.CAPI");
    if (capi) {
        Py_DECREF(capi->socket_type);
        Py_DECREF(capi->error);
        Py_DECREF(capi->timeout_error);
        PyMem_Free(capi);
    }
}

static status
add_capi(PyObject *module)
{
    SocketCAPI *capi = PyMem_Malloc(sizeof(*capi));
    if (!capi) {
        PyErr_NoMemory();
        return -1;
    }
    capi->socket_type = (PyTypeObject *)Py_NewRef(&PySocketSock_Type);
    capi->error = Py_NewRef(PyExc_OSError);
    capi->timeout_error = Py_NewRef(PyExc_TimeoutError);
    PyObject *capsule = PyCapsule_New(capi, "_socket.CAPI", free_capi);
    if (!capsule) {
        PyMem_Free(capi);
        return -1;
    }
    status added = PyModule_AddObjectRef(module, "CAPI", capsule);
    Py_DECREF(capsule);
    return added;
}

PyMODINIT_FUNC
PyInit__socket(void)
{
    PyObject *module = PyModule_Create(&socket_module);
    if (!module)
        return NULL;
    SocketState *state = PyModule_GetState(module);
    state->default_timeout = _PyTime_FromSeconds(-1);
    state->herror = PyErr_NewException("socket.herror", PyExc_OSError, NULL);
    state->gaierror = PyErr_NewException("socket.gaierror", PyExc_OSError, NULL);
    if (!state->herror || !state->gaierror || PyType_Ready(&PySocketSock_Type) < 0
        || PyModule_AddObjectRef(module, "error", PyExc_OSError) < 0
        || PyModule_AddObjectRef(module, "herror", state->herror) < 0
        || PyModule_AddObjectRef(module, "gaierror", state->gaierror) < 0
        || PyModule_AddObjectRef(module, "timeout", PyExc_TimeoutError) < 0
        || PyModule_AddObjectRef(module, "SocketType", (PyObject *)&PySocketSock_Type) < 0
        || PyModule_AddObjectRef(module, "socket", (PyObject *)&PySocketSock_Type) < 0
        || PyModule_AddObjectRef(module, "has_ipv6", Py_True) < 0 || add_capi(module) < 0
        || PyModule_AddStringConstant(module, "BDADDR_ANY", "00:00:00:00:00:00") < 0
        || PyModule_AddStringConstant(module, "BDADDR_LOCAL", "00:00:00:FF:FF:FF") < 0)
        goto fail;
    for (size_t i = 0; i < ARRAY_LEN(constants); i++)
        if (PyModule_AddIntConstant(module, constants[i].name, constants[i].value) < 0)
            goto fail;
    return module;
fail:
    Py_DECREF(module);
    return NULL;
}
