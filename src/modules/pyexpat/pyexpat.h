/* pyexpat: what its files share.

   libexpat is loaded when the module is imported, so that no other program pays for it; every call goes
   through the table `Library`.

   parser.c    the type xmlparser
   handlers.c  from the library's callbacks to Python's handlers
   module.c    the library, constants, submodules and the capsule */
#ifndef KRAIT_MODULES_PYEXPAT_H
#define KRAIT_MODULES_PYEXPAT_H

#include <expat.h>
#include <stdbool.h>
#include "object/declare.h"

/* The handlers: name, attribute, the library's setter, and the line that tracebacks show for
   the frame that stands for the handler. */
#define HANDLERS(X)                                                                                      \
    X(StartElement, "StartElementHandler", SetStartElementHandler, 417)                                  \
    X(EndElement, "EndElementHandler", SetEndElementHandler, 469)                                        \
    X(ProcessingInstruction, "ProcessingInstructionHandler", SetProcessingInstructionHandler, 473)       \
    X(CharacterData, "CharacterDataHandler", SetCharacterDataHandler, 282)                               \
    X(UnparsedEntityDecl, "UnparsedEntityDeclHandler", SetUnparsedEntityDeclHandler, 479)                \
    X(NotationDecl, "NotationDeclHandler", SetNotationDeclHandler, 619)                                  \
    X(StartNamespaceDecl, "StartNamespaceDeclHandler", SetStartNamespaceDeclHandler, 629)                \
    X(EndNamespaceDecl, "EndNamespaceDeclHandler", SetEndNamespaceDeclHandler, 636)                      \
    X(Comment, "CommentHandler", SetCommentHandler, 641)                                                 \
    X(StartCdataSection, "StartCdataSectionHandler", SetStartCdataSectionHandler, 645)                   \
    X(EndCdataSection, "EndCdataSectionHandler", SetEndCdataSectionHandler, 649)                         \
    X(Default, "DefaultHandler", SetDefaultHandler, 653)                                                 \
    X(DefaultHandlerExpand, "DefaultHandlerExpand", SetDefaultHandlerExpand, 657)                        \
    X(NotStandalone, "NotStandaloneHandler", SetNotStandaloneHandler, 662)                               \
    X(ExternalEntityRef, "ExternalEntityRefHandler", SetExternalEntityRefHandler, 666)                   \
    X(StartDoctypeDecl, "StartDoctypeDeclHandler", SetStartDoctypeDeclHandler, 681)                      \
    X(EndDoctypeDecl, "EndDoctypeDeclHandler", SetEndDoctypeDeclHandler, 689)                            \
    X(EntityDecl, "EntityDeclHandler", SetEntityDeclHandler, 491)                                        \
    X(XmlDecl, "XmlDeclHandler", SetXmlDeclHandler, 508)                                                 \
    X(ElementDecl, "ElementDeclHandler", SetElementDeclHandler, 583)                                     \
    X(AttlistDecl, "AttlistDeclHandler", SetAttlistDeclHandler, 598)                                     \
    X(SkippedEntity, "SkippedEntityHandler", SetSkippedEntityHandler, 611)

/* The library's other functions. */
#define FUNCTIONS(X)                                                                                     \
    X(ErrorString) X(ExpatVersion) X(ExpatVersionInfo) X(ExternalEntityParserCreate)                     \
    X(FreeContentModel) X(GetBase) X(GetBuffer) X(GetCurrentByteIndex) X(GetCurrentColumnNumber)         \
    X(GetCurrentLineNumber) X(GetErrorCode) X(GetFeatureList) X(GetInputContext)                         \
    X(GetSpecifiedAttributeCount) X(Parse) X(ParseBuffer) X(ParserCreate_MM) X(ParserFree)               \
    X(SetBase) X(SetElementHandler) X(SetEncoding) X(SetHashSalt) X(SetNamespaceDeclHandler)             \
    X(SetParamEntityParsing) X(SetReturnNSTriplet) X(SetUnknownEncodingHandler) X(SetUserData)           \
    X(StopParser) X(UseForeignDTD)

typedef struct {
#define POINTER(name) __typeof__(&XML_##name) name;
#define SETTER_POINTER(name, attribute, setter, line) POINTER(setter)
    FUNCTIONS(POINTER)
    HANDLERS(SETTER_POINTER)
#undef POINTER
#undef SETTER_POINTER
} Library;

enum {
#define CONSTANT(name, attribute, setter, line) ON_##name,
    HANDLERS(CONSTANT)
#undef CONSTANT
    HANDLER_COUNT
};

typedef struct {
    PyTypeObject *parser_type;
    PyObject *error;            /* ExpatError */
    Library lib;
} State;

enum { NAME_CACHE_SIZE = 64 };

/* What a parser has beside its object: the module's state, its handlers (owned or NULL), and ASCII names
   that were found in the dictionary `intern` when its version was `names_version` (owned). */
typedef struct {
    State *state;
    PyObject *handlers[HANDLER_COUNT];
    uint64_t names_version;
    PyObject *names[NAME_CACHE_SIZE];
} Wiring;

typedef struct Parser {
    PyObject_HEAD
    XML_Parser xml;
    Wiring *wiring;
    struct Parser *parent;      /* its declarations are shared with the parser of an external entity */
    PyObject *intern;           /* dict: str -> the same str; or NULL */
    char *buffer;               /* text not yet given to CharacterDataHandler; NULL: text is not gathered */
    int buffer_size, buffer_used;
    short callbacks;            /* handlers that are running */
    bool flushing;              /* the text in `buffer` is being given to the handler */
    bool ordered_attributes, specified_attributes, namespace_prefixes;
} Parser;

_Static_assert(sizeof(Parser) == 72, "pyexpat.XMLParserType.__basicsize__");

/* parser.c */
PyTypeObject *parser_new_type(PyObject *module);
PyObject *parser_new(State *state, const char *encoding, const char *separator, PyObject *intern);

/* handlers.c */
status parser_set_handler(Parser *self, int which, PyObject *value);
void parser_install(Parser *self, int which, bool on);
void parser_clear_handlers(Parser *self);
void parser_clear_names(Parser *self);
status parser_flush_text(Parser *self);
status handlers_add_attributes(PyTypeObject *type);
int unknown_encoding(void *data, const XML_Char *name, XML_Encoding *info);

#endif
