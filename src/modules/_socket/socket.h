/* What the files of _socket share. */
#ifndef KRAIT_MODULES_SOCKET_H
#define KRAIT_MODULES_SOCKET_H

#define PY_SSIZE_T_CLEAN
#include "object/declare.h"
#include "modules/fileutils.h"
#include <errno.h>
#include <limits.h>
#include <linux/can.h>
#include <linux/can/isotp.h>
#include <linux/can/j1939.h>
#include <linux/if_alg.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <linux/qrtr.h>
#include <linux/tipc.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <arpa/inet.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <linux/vm_sockets.h>

/* -- Bluetooth: the part of its headers that is used here, which are rarely installed ------- */

enum { BT_L2CAP = 0, BT_HCI = 1, BT_SCO = 2, BT_RFCOMM = 3 };

typedef struct {
    uint8_t b[6];
} __attribute__((packed)) bt_address;

struct sockaddr_bt_l2cap {
    sa_family_t family;
    unsigned short psm;
    bt_address address;
    unsigned short cid;
    uint8_t address_type;
};

struct sockaddr_bt_rfcomm {
    sa_family_t family;
    bt_address address;
    uint8_t channel;
};

struct sockaddr_bt_hci {
    sa_family_t family;
    unsigned short device;
    unsigned short channel;
};

struct sockaddr_bt_sco {
    sa_family_t family;
    bt_address address;
};

/* -- the object ---------------------------------------------------------------------------- */

/* The layout is read by compiled modules (through the capsule). */
typedef struct {
    PyObject_HEAD
    _Atomic int fd;                /* -1: closed; threads in a call read it without the GIL */
    int family;
    int type;
    int proto;
    PyObject *(*errorhandler)(void);
    _PyTime_t timeout;             /* in ns; < 0: blocking, 0: non-blocking */
} Socket;

_Static_assert(sizeof(Socket) == 48, "read by compiled modules");
_Static_assert(offsetof(Socket, timeout) == 40, "read by compiled modules");

typedef union {
    struct sockaddr any;
    struct sockaddr_in in;
    struct sockaddr_in6 in6;
    struct sockaddr_un un;
    struct sockaddr_nl nl;
    struct sockaddr_ll ll;
    struct sockaddr_can can;
    struct sockaddr_tipc tipc;
    struct sockaddr_alg alg;
    struct sockaddr_qrtr qrtr;
    struct sockaddr_vm vm;
    struct sockaddr_bt_l2cap l2cap;
    struct sockaddr_bt_rfcomm rfcomm;
    struct sockaddr_bt_hci hci;
    struct sockaddr_bt_sco sco;
    struct sockaddr_storage storage;
} Address;

typedef struct {
    PyObject *herror;
    PyObject *gaierror;
    _PyTime_t default_timeout;
} SocketState;

extern PyTypeObject PySocketSock_Type;

/* The state of the module that is being used; NULL if it is gone. */
SocketState *socket_state(void);
/* OSError from errno; NULL. */
PyObject *socket_fail(void);
/* gaierror, or herror, for a code of the resolver; NULL. */
PyObject *socket_fail_gai(int code);
PyObject *socket_fail_h(int code);
/* A socket object for a descriptor, which it owns from then on. */
PyObject *socket_new(int fd, int family, int type, int proto);
/* A timeout argument: None is -1 ns. */
status socket_parse_timeout(_PyTime_t *timeout, PyObject *object);
/* Close a descriptor; ECONNRESET does not count. */
status socket_close_fd(int fd);

/* -- socket.c ------------------------------------------------------------------------------ */

/* One attempt of a system call: non-zero if it is done. */
typedef int (*attempt)(Socket *self, void *data);

/* Run a system call without the GIL and with the socket's timeout; -1 with an exception. */
status socket_call(Socket *self, int writing, attempt function, void *data);
/* The same with a timeout of the caller's.  If `code` is not NULL, an error is stored there instead
   of being raised. */
status socket_call_timed(Socket *self, int writing, attempt function, void *data, int connecting, int *code,
                         _PyTime_t timeout);

/* -- address.c ----------------------------------------------------------------------------- */

/* 'O&' converter from a host name to bytes that end with NUL, via IDNA for non-ASCII text. */
typedef struct {
    PyObject *object;
    const char *text;
} HostName;

int convert_host_name(PyObject *object, void *host);
/* Look a host name up: "" is any address, "<broadcast>" that; the length of the address or -1. */
int resolve_host(const char *name, struct sockaddr *address, size_t size, int family);
/* An address as Python sees it. */
PyObject *address_to_object(int fd, const struct sockaddr *address, size_t length, int proto);
PyObject *ipv4_to_object(const struct sockaddr_in *address);
PyObject *ipv6_to_object(const struct sockaddr_in6 *address);
/* The other way round; `caller` is for messages.  1 done, 0 an exception is set. */
int object_to_address(Socket *self, PyObject *object, Address *address, socklen_t *length,
                      const char *caller);
/* How long an address of the socket's family can be. */
int address_size(Socket *self, socklen_t *length);

#endif
