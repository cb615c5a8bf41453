/* _Py_hashtable_*: a chained hash table over C pointers, exported by the reference for its modules.

   The first four fields and the entries are read inline by them. */
#include <Python.h>
#include "base/common.h"
#include "base/hash.h"
#include <string.h>

typedef struct Entry {
    struct Entry *next;         /* in its bucket */
    Py_uhash_t hash;
    void *key, *value;
} Entry;

typedef struct Table Table;
typedef Py_uhash_t (*HashFunc)(const void *key);
typedef int (*CompareFunc)(const void *a, const void *b);
typedef void (*DestroyFunc)(void *item);

typedef struct {
    void *(*malloc)(size_t size);
    void (*free)(void *p);
} TableAllocator;

struct Table {
    size_t count, bucket_count;
    Entry **buckets;
    Entry *(*find)(Table *table, const void *key);
    HashFunc hash;
    CompareFunc equal;
    DestroyFunc destroy_key, destroy_value;
    TableAllocator alloc;
};

enum { BUCKETS_MIN = 16 };

_Static_assert(offsetof(Table, find) == 24, "read by _testinternalcapi");

Py_uhash_t
_Py_hashtable_hash_ptr(const void *key)
{
    return (Py_uhash_t)_Py_HashPointerRaw(key);
}

int
_Py_hashtable_compare_direct(const void *a, const void *b)
{
    return a == b;
}

static Entry *
find_entry(Table *table, const void *key)
{
    Py_uhash_t hash = table->hash(key);
    Entry *entry = table->buckets[hash & (table->bucket_count - 1)];
    while (entry != NULL && !(entry->hash == hash && table->equal(key, entry->key))) {
        entry = entry->next;
    }
    return entry;
}

/* A table with given functions; NULL without memory. */
Table *
_Py_hashtable_new_full(HashFunc hash, CompareFunc equal, DestroyFunc destroy_key,
                       DestroyFunc destroy_value, TableAllocator *allocator)
{
    TableAllocator alloc = {PyMem_Malloc, PyMem_Free};
    if (allocator != NULL) {
        alloc = *allocator;
    }
    Table *table = alloc.malloc(sizeof *table);
    if (table == NULL) {
        return NULL;
    }
    *table = (Table){0, BUCKETS_MIN, NULL, find_entry, hash, equal, destroy_key, destroy_value, alloc};
    table->buckets = alloc.malloc(BUCKETS_MIN * sizeof(Entry *));
    if (table->buckets == NULL) {
        alloc.free(table);
        return NULL;
    }
    memset(table->buckets, 0, BUCKETS_MIN * sizeof(Entry *));
    return table;
}

Table *
_Py_hashtable_new(HashFunc hash, CompareFunc equal)
{
    return _Py_hashtable_new_full(hash, equal, NULL, NULL, NULL);
}

/* Bytes the table takes, without keys and values. */
size_t
_Py_hashtable_size(const Table *table)
{
    return sizeof *table + table->bucket_count * sizeof(Entry *) + table->count * sizeof(Entry);
}

static status
resize(Table *table)
{
    size_t want = BUCKETS_MIN;
    while (want < table->count * 2) {
        want *= 2;
    }
    if (want == table->bucket_count) {
        return 0;
    }
    Entry **buckets = table->alloc.malloc(want * sizeof *buckets);
    if (buckets == NULL) {
        return -1;
    }
    memset(buckets, 0, want * sizeof *buckets);
    for (size_t i = 0; i < table->bucket_count; i++) {
        for (Entry *entry = table->buckets[i], *next; entry != NULL; entry = next) {
            next = entry->next;
            Entry **bucket = &buckets[entry->hash & (want - 1)];
            entry->next = *bucket;
            *bucket = entry;
        }
    }
    table->alloc.free(table->buckets);
    table->buckets = buckets;
    table->bucket_count = want;
    return 0;
}

/* Add a key that is not in the table; -1 without memory. */
int
_Py_hashtable_set(Table *table, const void *key, void *value)
{
    Entry *entry = table->alloc.malloc(sizeof *entry);
    if (entry == NULL) {
        return -1;
    }
    *entry = (Entry){NULL, table->hash(key), (void *)key, value};
    table->count++;
    if (table->count * 2 > table->bucket_count && resize(table) < 0) {
        table->count--;
        table->alloc.free(entry);
        return -1;
    }
    Entry **bucket = &table->buckets[entry->hash & (table->bucket_count - 1)];
    entry->next = *bucket;
    *bucket = entry;
    return 0;
}

void *
_Py_hashtable_get(Table *table, const void *key)
{
    Entry *entry = table->find(table, key);
    return entry == NULL ? NULL : entry->value;
}

/* Take a key out of the table; its value, or NULL. */
void *
_Py_hashtable_steal(Table *table, const void *key)
{
    Py_uhash_t hash = table->hash(key);
    Entry **link = &table->buckets[hash & (table->bucket_count - 1)];
    while (*link != NULL && !((*link)->hash == hash && table->equal(key, (*link)->key))) {
        link = &(*link)->next;
    }
    Entry *entry = *link;
    if (entry == NULL) {
        return NULL;
    }
    void *value = entry->value;
    *link = entry->next;
    table->alloc.free(entry);
    table->count--;
    if (table->bucket_count > BUCKETS_MIN && table->count * 8 < table->bucket_count) {
        resize(table);          /* without memory it stays larger than need be */
    }
    return value;
}

int
_Py_hashtable_foreach(Table *table, int (*visit)(Table *, const void *, const void *, void *), void *arg)
{
    for (size_t i = 0; i < table->bucket_count; i++) {
        for (Entry *entry = table->buckets[i]; entry != NULL; entry = entry->next) {
            int stop = visit(table, entry->key, entry->value, arg);
            if (stop) {
                return stop;
            }
        }
    }
    return 0;
}

void
_Py_hashtable_clear(Table *table)
{
    for (size_t i = 0; i < table->bucket_count; i++) {
        for (Entry *entry = table->buckets[i], *next; entry != NULL; entry = next) {
            next = entry->next;
            if (table->destroy_key != NULL) {
                table->destroy_key(entry->key);
            }
            if (table->destroy_value != NULL) {
                table->destroy_value(entry->value);
            }
            table->alloc.free(entry);
        }
        table->buckets[i] = NULL;
    }
    table->count = 0;
    resize(table);
}

void
_Py_hashtable_destroy(Table *table)
{
    _Py_hashtable_clear(table);
    table->alloc.free(table->buckets);
    table->alloc.free(table);
}
