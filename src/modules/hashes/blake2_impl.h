/* One of the two kinds of BLAKE2, as _blake2.c includes it for each: they differ in the size of a word.

   OBJECT is the object's type, WORD(name) a name of libb2 or of this file, SIZE(name) one of libb2's
   sizes, MAX_OFFSET the largest node offset. */

typedef struct {
    PyObject_HEAD
    WORD(param) param;
    WORD(state) state;
    PyThread_type_lock lock;    /* made for the first large update */
} OBJECT;

/* Fills in the parameter block. */
static status
WORD(set_parameters)(OBJECT *self, const struct parameters *p)
{
    WORD(param) *out = &self->param;
    memset(out, 0, sizeof *out);
    if (check_parameters(p, SIZE(OUTBYTES), SIZE(KEYBYTES), SIZE(SALTBYTES),
                         SIZE(PERSONALBYTES), MAX_OFFSET) < 0)
        return -1;
    out->digest_length = (uint8_t)p->digest_size;
    out->key_length = (uint8_t)p->key->len;
    out->fanout = (uint8_t)p->fanout;
    out->depth = (uint8_t)p->depth;
    out->leaf_length = (uint32_t)p->leaf_size;
    /* its bytes, the lowest first */
    memcpy(&out->node_offset, &p->node_offset, sizeof out->node_offset);
    out->node_depth = (uint8_t)p->node_depth;
    out->inner_length = (uint8_t)p->inner_size;
    if (p->salt->len > 0)
        memcpy(out->salt, p->salt->buf, (size_t)p->salt->len);
    if (p->person->len > 0)
        memcpy(out->personal, p->person->buf, (size_t)p->person->len);
    return 0;
}

/* Hashes a buffer, without the GIL if it is large. */
static void
WORD(feed)(OBJECT *self, const Py_buffer *view)
{
    if (self->lock == NULL && view->len >= DIGEST_UNLOCKED)
        self->lock = PyThread_allocate_lock();
    if (self->lock == NULL) {
        WORD(update)(&self->state, view->buf, (size_t)view->len);
        return;
    }
    Py_BEGIN_ALLOW_THREADS
    PyThread_acquire_lock(self->lock, 1);
    WORD(update)(&self->state, view->buf, (size_t)view->len);
    PyThread_release_lock(self->lock);
    Py_END_ALLOW_THREADS
}

/* A consistent copy of the state, for digests. */
static WORD(state)
WORD(snapshot)(OBJECT *self)
{
    if (self->lock == NULL)
        return self->state;
    if (!PyThread_acquire_lock(self->lock, 0)) {
        Py_BEGIN_ALLOW_THREADS
        PyThread_acquire_lock(self->lock, 1);
        Py_END_ALLOW_THREADS
    }
    WORD(state) state = self->state;
    PyThread_release_lock(self->lock);
    return state;
}

static PyObject *
WORD(make)(PyTypeObject *type, PyObject *data, const struct parameters *p, bool last_node)
{
    Py_buffer view = {.obj = NULL};
    OBJECT *self = (OBJECT *)type->tp_alloc(type, 0);
    if (self == NULL || WORD(set_parameters)(self, p) < 0)
        goto fail;
    if (WORD(init_param)(&self->state, &self->param) < 0) {
        PyErr_SetString(PyExc_RuntimeError, "error initializing hash state");
        goto fail;
    }
    self->state.last_node = (uint8_t)last_node;
    if (p->key->len > 0) { /* the key, padded, is the first block */
        uint8_t block[SIZE(BLOCKBYTES)] = {0};
        memcpy(block, p->key->buf, (size_t)p->key->len);
        WORD(update)(&self->state, block, sizeof block);
        explicit_bzero(block, sizeof block);
    }
    if (data != NULL) {
        if (digest_buffer(data, &view) < 0)
            goto fail;
        WORD(feed)(self, &view);
        PyBuffer_Release(&view);
    }
    return (PyObject *)self;
fail:
    Py_XDECREF(self);
    return NULL;
}

static void
WORD(release)(OBJECT *self)
{
    PyTypeObject *type = Py_TYPE(self);
    explicit_bzero(&self->param, sizeof self->param);
    explicit_bzero(&self->state, sizeof self->state);
    if (self->lock != NULL)
        PyThread_free_lock(self->lock);
    PyObject_Free(self);
    Py_DECREF(type);
}

static PyObject *
WORD(fork)(OBJECT *self)
{
    OBJECT *copy = (OBJECT *)Py_TYPE(self)->tp_alloc(Py_TYPE(self), 0);
    if (copy != NULL) {
        copy->param = self->param;
        copy->state = WORD(snapshot)(self);
    }
    return (PyObject *)copy;
}

static PyObject *
WORD(add)(OBJECT *self, PyObject *data)
{
    Py_buffer view;
    if (digest_buffer(data, &view) < 0)
        return NULL;
    WORD(feed)(self, &view);
    PyBuffer_Release(&view);
    Py_RETURN_NONE;
}

/* The digest of what has been hashed so far, as `show` makes an object of it. */
static PyObject *
WORD(sum)(OBJECT *self, PyObject *(*show)(const uint8_t *digest, Py_ssize_t n))
{
    uint8_t digest[SIZE(OUTBYTES)];
    WORD(state) state = WORD(snapshot)(self);
    WORD(final)(&state, digest, self->param.digest_length);
    return show(digest, self->param.digest_length);
}

#undef OBJECT
#undef WORD
#undef SIZE
#undef MAX_OFFSET
