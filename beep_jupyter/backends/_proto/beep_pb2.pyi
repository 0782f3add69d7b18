from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Value(_message.Message):
    __slots__ = ("tree", "buffers")
    TREE_FIELD_NUMBER: _ClassVar[int]
    BUFFERS_FIELD_NUMBER: _ClassVar[int]
    tree: str
    buffers: _containers.RepeatedScalarFieldContainer[bytes]
    def __init__(self, tree: _Optional[str] = ..., buffers: _Optional[_Iterable[bytes]] = ...) -> None: ...

class Handle(_message.Message):
    __slots__ = ("handle_id", "type_name", "preview", "reason", "cure", "shape", "is_array", "size_bytes")
    HANDLE_ID_FIELD_NUMBER: _ClassVar[int]
    TYPE_NAME_FIELD_NUMBER: _ClassVar[int]
    PREVIEW_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    CURE_FIELD_NUMBER: _ClassVar[int]
    SHAPE_FIELD_NUMBER: _ClassVar[int]
    IS_ARRAY_FIELD_NUMBER: _ClassVar[int]
    SIZE_BYTES_FIELD_NUMBER: _ClassVar[int]
    handle_id: str
    type_name: str
    preview: str
    reason: str
    cure: str
    shape: _containers.RepeatedScalarFieldContainer[int]
    is_array: bool
    size_bytes: int
    def __init__(self, handle_id: _Optional[str] = ..., type_name: _Optional[str] = ..., preview: _Optional[str] = ..., reason: _Optional[str] = ..., cure: _Optional[str] = ..., shape: _Optional[_Iterable[int]] = ..., is_array: bool = ..., size_bytes: _Optional[int] = ...) -> None: ...

class EvaluateRequest(_message.Message):
    __slots__ = ("session", "code", "locals", "timeout_s")
    SESSION_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    LOCALS_FIELD_NUMBER: _ClassVar[int]
    TIMEOUT_S_FIELD_NUMBER: _ClassVar[int]
    session: str
    code: str
    locals: Value
    timeout_s: float
    def __init__(self, session: _Optional[str] = ..., code: _Optional[str] = ..., locals: _Optional[_Union[Value, _Mapping]] = ..., timeout_s: _Optional[float] = ...) -> None: ...

class ValueReply(_message.Message):
    __slots__ = ("value", "handle", "outputs")
    VALUE_FIELD_NUMBER: _ClassVar[int]
    HANDLE_FIELD_NUMBER: _ClassVar[int]
    OUTPUTS_FIELD_NUMBER: _ClassVar[int]
    value: Value
    handle: Handle
    outputs: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, value: _Optional[_Union[Value, _Mapping]] = ..., handle: _Optional[_Union[Handle, _Mapping]] = ..., outputs: _Optional[_Iterable[str]] = ...) -> None: ...

class ExecuteRequest(_message.Message):
    __slots__ = ("session", "code", "inputs", "outputs", "result", "stdin", "cell", "quiet", "partial", "timeout_s")
    SESSION_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    INPUTS_FIELD_NUMBER: _ClassVar[int]
    OUTPUTS_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    STDIN_FIELD_NUMBER: _ClassVar[int]
    CELL_FIELD_NUMBER: _ClassVar[int]
    QUIET_FIELD_NUMBER: _ClassVar[int]
    PARTIAL_FIELD_NUMBER: _ClassVar[int]
    TIMEOUT_S_FIELD_NUMBER: _ClassVar[int]
    session: str
    code: str
    inputs: Value
    outputs: _containers.RepeatedScalarFieldContainer[str]
    result: bool
    stdin: bool
    cell: int
    quiet: bool
    partial: bool
    timeout_s: float
    def __init__(self, session: _Optional[str] = ..., code: _Optional[str] = ..., inputs: _Optional[_Union[Value, _Mapping]] = ..., outputs: _Optional[_Iterable[str]] = ..., result: bool = ..., stdin: bool = ..., cell: _Optional[int] = ..., quiet: bool = ..., partial: bool = ..., timeout_s: _Optional[float] = ...) -> None: ...

class ExecuteEvent(_message.Message):
    __slots__ = ("output", "input_request", "reply")
    OUTPUT_FIELD_NUMBER: _ClassVar[int]
    INPUT_REQUEST_FIELD_NUMBER: _ClassVar[int]
    REPLY_FIELD_NUMBER: _ClassVar[int]
    output: str
    input_request: InputRequest
    reply: ExecuteReply
    def __init__(self, output: _Optional[str] = ..., input_request: _Optional[_Union[InputRequest, _Mapping]] = ..., reply: _Optional[_Union[ExecuteReply, _Mapping]] = ...) -> None: ...

class InputRequest(_message.Message):
    __slots__ = ("prompt", "password", "request")
    PROMPT_FIELD_NUMBER: _ClassVar[int]
    PASSWORD_FIELD_NUMBER: _ClassVar[int]
    REQUEST_FIELD_NUMBER: _ClassVar[int]
    prompt: str
    password: bool
    request: int
    def __init__(self, prompt: _Optional[str] = ..., password: bool = ..., request: _Optional[int] = ...) -> None: ...

class ExecuteReply(_message.Message):
    __slots__ = ("status", "result", "values", "error", "duration_s", "notes")
    class NotesEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    STATUS_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    DURATION_S_FIELD_NUMBER: _ClassVar[int]
    NOTES_FIELD_NUMBER: _ClassVar[int]
    status: str
    result: Value
    values: Value
    error: ExecuteError
    duration_s: float
    notes: _containers.ScalarMap[str, str]
    def __init__(self, status: _Optional[str] = ..., result: _Optional[_Union[Value, _Mapping]] = ..., values: _Optional[_Union[Value, _Mapping]] = ..., error: _Optional[_Union[ExecuteError, _Mapping]] = ..., duration_s: _Optional[float] = ..., notes: _Optional[_Mapping[str, str]] = ...) -> None: ...

class ExecuteError(_message.Message):
    __slots__ = ("ename", "evalue", "traceback")
    ENAME_FIELD_NUMBER: _ClassVar[int]
    EVALUE_FIELD_NUMBER: _ClassVar[int]
    TRACEBACK_FIELD_NUMBER: _ClassVar[int]
    ename: str
    evalue: str
    traceback: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, ename: _Optional[str] = ..., evalue: _Optional[str] = ..., traceback: _Optional[_Iterable[str]] = ...) -> None: ...

class ImportModuleRequest(_message.Message):
    __slots__ = ("session", "module_name", "timeout_s")
    SESSION_FIELD_NUMBER: _ClassVar[int]
    MODULE_NAME_FIELD_NUMBER: _ClassVar[int]
    TIMEOUT_S_FIELD_NUMBER: _ClassVar[int]
    session: str
    module_name: str
    timeout_s: float
    def __init__(self, session: _Optional[str] = ..., module_name: _Optional[str] = ..., timeout_s: _Optional[float] = ...) -> None: ...

class HandleReply(_message.Message):
    __slots__ = ("handle", "outputs")
    HANDLE_FIELD_NUMBER: _ClassVar[int]
    OUTPUTS_FIELD_NUMBER: _ClassVar[int]
    handle: Handle
    outputs: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, handle: _Optional[_Union[Handle, _Mapping]] = ..., outputs: _Optional[_Iterable[str]] = ...) -> None: ...

class CreateObjectRequest(_message.Message):
    __slots__ = ("session", "module_name", "module_handle_id", "class_name", "args", "kwargs", "timeout_s")
    SESSION_FIELD_NUMBER: _ClassVar[int]
    MODULE_NAME_FIELD_NUMBER: _ClassVar[int]
    MODULE_HANDLE_ID_FIELD_NUMBER: _ClassVar[int]
    CLASS_NAME_FIELD_NUMBER: _ClassVar[int]
    ARGS_FIELD_NUMBER: _ClassVar[int]
    KWARGS_FIELD_NUMBER: _ClassVar[int]
    TIMEOUT_S_FIELD_NUMBER: _ClassVar[int]
    session: str
    module_name: str
    module_handle_id: str
    class_name: str
    args: Value
    kwargs: Value
    timeout_s: float
    def __init__(self, session: _Optional[str] = ..., module_name: _Optional[str] = ..., module_handle_id: _Optional[str] = ..., class_name: _Optional[str] = ..., args: _Optional[_Union[Value, _Mapping]] = ..., kwargs: _Optional[_Union[Value, _Mapping]] = ..., timeout_s: _Optional[float] = ...) -> None: ...

class CallMethodRequest(_message.Message):
    __slots__ = ("session", "handle_id", "method_name", "args", "kwargs", "timeout_s")
    SESSION_FIELD_NUMBER: _ClassVar[int]
    HANDLE_ID_FIELD_NUMBER: _ClassVar[int]
    METHOD_NAME_FIELD_NUMBER: _ClassVar[int]
    ARGS_FIELD_NUMBER: _ClassVar[int]
    KWARGS_FIELD_NUMBER: _ClassVar[int]
    TIMEOUT_S_FIELD_NUMBER: _ClassVar[int]
    session: str
    handle_id: str
    method_name: str
    args: Value
    kwargs: Value
    timeout_s: float
    def __init__(self, session: _Optional[str] = ..., handle_id: _Optional[str] = ..., method_name: _Optional[str] = ..., args: _Optional[_Union[Value, _Mapping]] = ..., kwargs: _Optional[_Union[Value, _Mapping]] = ..., timeout_s: _Optional[float] = ...) -> None: ...

class GetAttributeRequest(_message.Message):
    __slots__ = ("session", "handle_id", "attribute_name", "timeout_s")
    SESSION_FIELD_NUMBER: _ClassVar[int]
    HANDLE_ID_FIELD_NUMBER: _ClassVar[int]
    ATTRIBUTE_NAME_FIELD_NUMBER: _ClassVar[int]
    TIMEOUT_S_FIELD_NUMBER: _ClassVar[int]
    session: str
    handle_id: str
    attribute_name: str
    timeout_s: float
    def __init__(self, session: _Optional[str] = ..., handle_id: _Optional[str] = ..., attribute_name: _Optional[str] = ..., timeout_s: _Optional[float] = ...) -> None: ...

class SetAttributeRequest(_message.Message):
    __slots__ = ("session", "handle_id", "attribute_name", "value", "timeout_s")
    SESSION_FIELD_NUMBER: _ClassVar[int]
    HANDLE_ID_FIELD_NUMBER: _ClassVar[int]
    ATTRIBUTE_NAME_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    TIMEOUT_S_FIELD_NUMBER: _ClassVar[int]
    session: str
    handle_id: str
    attribute_name: str
    value: Value
    timeout_s: float
    def __init__(self, session: _Optional[str] = ..., handle_id: _Optional[str] = ..., attribute_name: _Optional[str] = ..., value: _Optional[_Union[Value, _Mapping]] = ..., timeout_s: _Optional[float] = ...) -> None: ...

class SuccessReply(_message.Message):
    __slots__ = ("success", "outputs")
    SUCCESS_FIELD_NUMBER: _ClassVar[int]
    OUTPUTS_FIELD_NUMBER: _ClassVar[int]
    success: bool
    outputs: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, success: bool = ..., outputs: _Optional[_Iterable[str]] = ...) -> None: ...

class DisposeHandleRequest(_message.Message):
    __slots__ = ("session", "handle_id", "timeout_s")
    SESSION_FIELD_NUMBER: _ClassVar[int]
    HANDLE_ID_FIELD_NUMBER: _ClassVar[int]
    TIMEOUT_S_FIELD_NUMBER: _ClassVar[int]
    session: str
    handle_id: str
    timeout_s: float
    def __init__(self, session: _Optional[str] = ..., handle_id: _Optional[str] = ..., timeout_s: _Optional[float] = ...) -> None: ...

class ReleaseHandlesRequest(_message.Message):
    __slots__ = ("session", "handle_ids", "timeout_s")
    SESSION_FIELD_NUMBER: _ClassVar[int]
    HANDLE_IDS_FIELD_NUMBER: _ClassVar[int]
    TIMEOUT_S_FIELD_NUMBER: _ClassVar[int]
    session: str
    handle_ids: _containers.RepeatedScalarFieldContainer[str]
    timeout_s: float
    def __init__(self, session: _Optional[str] = ..., handle_ids: _Optional[_Iterable[str]] = ..., timeout_s: _Optional[float] = ...) -> None: ...

class ToFloatArrayRequest(_message.Message):
    __slots__ = ("session", "handle_id", "timeout_s")
    SESSION_FIELD_NUMBER: _ClassVar[int]
    HANDLE_ID_FIELD_NUMBER: _ClassVar[int]
    TIMEOUT_S_FIELD_NUMBER: _ClassVar[int]
    session: str
    handle_id: str
    timeout_s: float
    def __init__(self, session: _Optional[str] = ..., handle_id: _Optional[str] = ..., timeout_s: _Optional[float] = ...) -> None: ...

class FloatArrayReply(_message.Message):
    __slots__ = ("data", "outputs")
    DATA_FIELD_NUMBER: _ClassVar[int]
    OUTPUTS_FIELD_NUMBER: _ClassVar[int]
    data: _containers.RepeatedScalarFieldContainer[float]
    outputs: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, data: _Optional[_Iterable[float]] = ..., outputs: _Optional[_Iterable[str]] = ...) -> None: ...

class FloatArray2DReply(_message.Message):
    __slots__ = ("data", "rows", "columns", "outputs")
    DATA_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    COLUMNS_FIELD_NUMBER: _ClassVar[int]
    OUTPUTS_FIELD_NUMBER: _ClassVar[int]
    data: _containers.RepeatedScalarFieldContainer[float]
    rows: int
    columns: int
    outputs: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, data: _Optional[_Iterable[float]] = ..., rows: _Optional[int] = ..., columns: _Optional[int] = ..., outputs: _Optional[_Iterable[str]] = ...) -> None: ...

class IsModuleAvailableRequest(_message.Message):
    __slots__ = ("session", "module_name", "timeout_s")
    SESSION_FIELD_NUMBER: _ClassVar[int]
    MODULE_NAME_FIELD_NUMBER: _ClassVar[int]
    TIMEOUT_S_FIELD_NUMBER: _ClassVar[int]
    session: str
    module_name: str
    timeout_s: float
    def __init__(self, session: _Optional[str] = ..., module_name: _Optional[str] = ..., timeout_s: _Optional[float] = ...) -> None: ...

class IsModuleAvailableReply(_message.Message):
    __slots__ = ("available", "outputs")
    AVAILABLE_FIELD_NUMBER: _ClassVar[int]
    OUTPUTS_FIELD_NUMBER: _ClassVar[int]
    available: bool
    outputs: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, available: bool = ..., outputs: _Optional[_Iterable[str]] = ...) -> None: ...

class WrapValueRequest(_message.Message):
    __slots__ = ("session", "value", "timeout_s")
    SESSION_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    TIMEOUT_S_FIELD_NUMBER: _ClassVar[int]
    session: str
    value: Value
    timeout_s: float
    def __init__(self, session: _Optional[str] = ..., value: _Optional[_Union[Value, _Mapping]] = ..., timeout_s: _Optional[float] = ...) -> None: ...

class PutVariableRequest(_message.Message):
    __slots__ = ("session", "head", "data")
    SESSION_FIELD_NUMBER: _ClassVar[int]
    HEAD_FIELD_NUMBER: _ClassVar[int]
    DATA_FIELD_NUMBER: _ClassVar[int]
    session: str
    head: VariableHead
    data: bytes
    def __init__(self, session: _Optional[str] = ..., head: _Optional[_Union[VariableHead, _Mapping]] = ..., data: _Optional[bytes] = ...) -> None: ...

class VariableHead(_message.Message):
    __slots__ = ("name", "tree", "buffer_sizes", "timeout_s")
    NAME_FIELD_NUMBER: _ClassVar[int]
    TREE_FIELD_NUMBER: _ClassVar[int]
    BUFFER_SIZES_FIELD_NUMBER: _ClassVar[int]
    TIMEOUT_S_FIELD_NUMBER: _ClassVar[int]
    name: str
    tree: str
    buffer_sizes: _containers.RepeatedScalarFieldContainer[int]
    timeout_s: float
    def __init__(self, name: _Optional[str] = ..., tree: _Optional[str] = ..., buffer_sizes: _Optional[_Iterable[int]] = ..., timeout_s: _Optional[float] = ...) -> None: ...

class PutVariableReply(_message.Message):
    __slots__ = ("success", "notes", "outputs")
    class NotesEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    SUCCESS_FIELD_NUMBER: _ClassVar[int]
    NOTES_FIELD_NUMBER: _ClassVar[int]
    OUTPUTS_FIELD_NUMBER: _ClassVar[int]
    success: bool
    notes: _containers.ScalarMap[str, str]
    outputs: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, success: bool = ..., notes: _Optional[_Mapping[str, str]] = ..., outputs: _Optional[_Iterable[str]] = ...) -> None: ...

class GetVariableRequest(_message.Message):
    __slots__ = ("session", "name", "timeout_s")
    SESSION_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    TIMEOUT_S_FIELD_NUMBER: _ClassVar[int]
    session: str
    name: str
    timeout_s: float
    def __init__(self, session: _Optional[str] = ..., name: _Optional[str] = ..., timeout_s: _Optional[float] = ...) -> None: ...

class GetVariableReply(_message.Message):
    __slots__ = ("head", "handle", "data", "outputs")
    HEAD_FIELD_NUMBER: _ClassVar[int]
    HANDLE_FIELD_NUMBER: _ClassVar[int]
    DATA_FIELD_NUMBER: _ClassVar[int]
    OUTPUTS_FIELD_NUMBER: _ClassVar[int]
    head: VariableHead
    handle: Handle
    data: bytes
    outputs: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, head: _Optional[_Union[VariableHead, _Mapping]] = ..., handle: _Optional[_Union[Handle, _Mapping]] = ..., data: _Optional[bytes] = ..., outputs: _Optional[_Iterable[str]] = ...) -> None: ...

class ListVariablesRequest(_message.Message):
    __slots__ = ("session", "timeout_s")
    SESSION_FIELD_NUMBER: _ClassVar[int]
    TIMEOUT_S_FIELD_NUMBER: _ClassVar[int]
    session: str
    timeout_s: float
    def __init__(self, session: _Optional[str] = ..., timeout_s: _Optional[float] = ...) -> None: ...

class ListVariablesReply(_message.Message):
    __slots__ = ("variables", "outputs")
    VARIABLES_FIELD_NUMBER: _ClassVar[int]
    OUTPUTS_FIELD_NUMBER: _ClassVar[int]
    variables: _containers.RepeatedCompositeFieldContainer[Variable]
    outputs: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, variables: _Optional[_Iterable[_Union[Variable, _Mapping]]] = ..., outputs: _Optional[_Iterable[str]] = ...) -> None: ...

class Variable(_message.Message):
    __slots__ = ("name", "type", "repr", "shape", "size_bytes")
    NAME_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    REPR_FIELD_NUMBER: _ClassVar[int]
    SHAPE_FIELD_NUMBER: _ClassVar[int]
    SIZE_BYTES_FIELD_NUMBER: _ClassVar[int]
    name: str
    type: str
    repr: str
    shape: Shape
    size_bytes: int
    def __init__(self, name: _Optional[str] = ..., type: _Optional[str] = ..., repr: _Optional[str] = ..., shape: _Optional[_Union[Shape, _Mapping]] = ..., size_bytes: _Optional[int] = ...) -> None: ...

class Shape(_message.Message):
    __slots__ = ("sides",)
    SIDES_FIELD_NUMBER: _ClassVar[int]
    sides: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, sides: _Optional[_Iterable[int]] = ...) -> None: ...

class DeleteVariableRequest(_message.Message):
    __slots__ = ("session", "name", "timeout_s")
    SESSION_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    TIMEOUT_S_FIELD_NUMBER: _ClassVar[int]
    session: str
    name: str
    timeout_s: float
    def __init__(self, session: _Optional[str] = ..., name: _Optional[str] = ..., timeout_s: _Optional[float] = ...) -> None: ...

class CompleteRequest(_message.Message):
    __slots__ = ("session", "code", "cursor", "timeout_s")
    SESSION_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    CURSOR_FIELD_NUMBER: _ClassVar[int]
    TIMEOUT_S_FIELD_NUMBER: _ClassVar[int]
    session: str
    code: str
    cursor: int
    timeout_s: float
    def __init__(self, session: _Optional[str] = ..., code: _Optional[str] = ..., cursor: _Optional[int] = ..., timeout_s: _Optional[float] = ...) -> None: ...

class CompleteReply(_message.Message):
    __slots__ = ("matches", "cursor_start", "cursor_end", "outputs")
    MATCHES_FIELD_NUMBER: _ClassVar[int]
    CURSOR_START_FIELD_NUMBER: _ClassVar[int]
    CURSOR_END_FIELD_NUMBER: _ClassVar[int]
    OUTPUTS_FIELD_NUMBER: _ClassVar[int]
    matches: _containers.RepeatedScalarFieldContainer[str]
    cursor_start: int
    cursor_end: int
    outputs: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, matches: _Optional[_Iterable[str]] = ..., cursor_start: _Optional[int] = ..., cursor_end: _Optional[int] = ..., outputs: _Optional[_Iterable[str]] = ...) -> None: ...

class InspectRequest(_message.Message):
    __slots__ = ("session", "code", "cursor", "timeout_s")
    SESSION_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    CURSOR_FIELD_NUMBER: _ClassVar[int]
    TIMEOUT_S_FIELD_NUMBER: _ClassVar[int]
    session: str
    code: str
    cursor: int
    timeout_s: float
    def __init__(self, session: _Optional[str] = ..., code: _Optional[str] = ..., cursor: _Optional[int] = ..., timeout_s: _Optional[float] = ...) -> None: ...

class InspectReply(_message.Message):
    __slots__ = ("found", "data", "outputs")
    class DataEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    FOUND_FIELD_NUMBER: _ClassVar[int]
    DATA_FIELD_NUMBER: _ClassVar[int]
    OUTPUTS_FIELD_NUMBER: _ClassVar[int]
    found: bool
    data: _containers.ScalarMap[str, str]
    outputs: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, found: bool = ..., data: _Optional[_Mapping[str, str]] = ..., outputs: _Optional[_Iterable[str]] = ...) -> None: ...

class InterruptRequest(_message.Message):
    __slots__ = ("session", "request")
    SESSION_FIELD_NUMBER: _ClassVar[int]
    REQUEST_FIELD_NUMBER: _ClassVar[int]
    session: str
    request: str
    def __init__(self, session: _Optional[str] = ..., request: _Optional[str] = ...) -> None: ...

class InterruptReply(_message.Message):
    __slots__ = ("success", "interrupted")
    SUCCESS_FIELD_NUMBER: _ClassVar[int]
    INTERRUPTED_FIELD_NUMBER: _ClassVar[int]
    success: bool
    interrupted: bool
    def __init__(self, success: bool = ..., interrupted: bool = ...) -> None: ...

class RestartRequest(_message.Message):
    __slots__ = ("session",)
    SESSION_FIELD_NUMBER: _ClassVar[int]
    session: str
    def __init__(self, session: _Optional[str] = ...) -> None: ...

class RestartReply(_message.Message):
    __slots__ = ("success", "pid", "incarnation", "python")
    SUCCESS_FIELD_NUMBER: _ClassVar[int]
    PID_FIELD_NUMBER: _ClassVar[int]
    INCARNATION_FIELD_NUMBER: _ClassVar[int]
    PYTHON_FIELD_NUMBER: _ClassVar[int]
    success: bool
    pid: int
    incarnation: str
    python: str
    def __init__(self, success: bool = ..., pid: _Optional[int] = ..., incarnation: _Optional[str] = ..., python: _Optional[str] = ...) -> None: ...

class SendInputRequest(_message.Message):
    __slots__ = ("session", "request", "text")
    SESSION_FIELD_NUMBER: _ClassVar[int]
    REQUEST_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    session: str
    request: int
    text: str
    def __init__(self, session: _Optional[str] = ..., request: _Optional[int] = ..., text: _Optional[str] = ...) -> None: ...

class OpenSessionRequest(_message.Message):
    __slots__ = ("session",)
    SESSION_FIELD_NUMBER: _ClassVar[int]
    session: str
    def __init__(self, session: _Optional[str] = ...) -> None: ...

class CloseSessionRequest(_message.Message):
    __slots__ = ("session",)
    SESSION_FIELD_NUMBER: _ClassVar[int]
    session: str
    def __init__(self, session: _Optional[str] = ...) -> None: ...

class ListSessionsRequest(_message.Message):
    __slots__ = ("session",)
    SESSION_FIELD_NUMBER: _ClassVar[int]
    session: str
    def __init__(self, session: _Optional[str] = ...) -> None: ...

class ListSessionsReply(_message.Message):
    __slots__ = ("sessions",)
    SESSIONS_FIELD_NUMBER: _ClassVar[int]
    sessions: _containers.RepeatedCompositeFieldContainer[Session]
    def __init__(self, sessions: _Optional[_Iterable[_Union[Session, _Mapping]]] = ...) -> None: ...

class Session(_message.Message):
    __slots__ = ("name", "state", "pid")
    NAME_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    PID_FIELD_NUMBER: _ClassVar[int]
    name: str
    state: str
    pid: int
    def __init__(self, name: _Optional[str] = ..., state: _Optional[str] = ..., pid: _Optional[int] = ...) -> None: ...

class ListHandlesRequest(_message.Message):
    __slots__ = ("session", "timeout_s")
    SESSION_FIELD_NUMBER: _ClassVar[int]
    TIMEOUT_S_FIELD_NUMBER: _ClassVar[int]
    session: str
    timeout_s: float
    def __init__(self, session: _Optional[str] = ..., timeout_s: _Optional[float] = ...) -> None: ...

class ListHandlesReply(_message.Message):
    __slots__ = ("handles", "outputs")
    HANDLES_FIELD_NUMBER: _ClassVar[int]
    OUTPUTS_FIELD_NUMBER: _ClassVar[int]
    handles: _containers.RepeatedCompositeFieldContainer[Handle]
    outputs: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, handles: _Optional[_Iterable[_Union[Handle, _Mapping]]] = ..., outputs: _Optional[_Iterable[str]] = ...) -> None: ...

class CreateEnvironmentRequest(_message.Message):
    __slots__ = ("session", "provider_name", "model_id", "python", "packages", "requirements", "lock", "set", "dotnet", "replace")
    SESSION_FIELD_NUMBER: _ClassVar[int]
    PROVIDER_NAME_FIELD_NUMBER: _ClassVar[int]
    MODEL_ID_FIELD_NUMBER: _ClassVar[int]
    PYTHON_FIELD_NUMBER: _ClassVar[int]
    PACKAGES_FIELD_NUMBER: _ClassVar[int]
    REQUIREMENTS_FIELD_NUMBER: _ClassVar[int]
    LOCK_FIELD_NUMBER: _ClassVar[int]
    SET_FIELD_NUMBER: _ClassVar[int]
    DOTNET_FIELD_NUMBER: _ClassVar[int]
    REPLACE_FIELD_NUMBER: _ClassVar[int]
    session: str
    provider_name: str
    model_id: str
    python: str
    packages: _containers.RepeatedScalarFieldContainer[str]
    requirements: str
    lock: str
    set: str
    dotnet: bool
    replace: bool
    def __init__(self, session: _Optional[str] = ..., provider_name: _Optional[str] = ..., model_id: _Optional[str] = ..., python: _Optional[str] = ..., packages: _Optional[_Iterable[str]] = ..., requirements: _Optional[str] = ..., lock: _Optional[str] = ..., set: _Optional[str] = ..., dotnet: bool = ..., replace: bool = ...) -> None: ...

class CreateEnvironmentReply(_message.Message):
    __slots__ = ("path", "success")
    PATH_FIELD_NUMBER: _ClassVar[int]
    SUCCESS_FIELD_NUMBER: _ClassVar[int]
    path: str
    success: bool
    def __init__(self, path: _Optional[str] = ..., success: bool = ...) -> None: ...

class DeleteEnvironmentRequest(_message.Message):
    __slots__ = ("session", "name", "force")
    SESSION_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    FORCE_FIELD_NUMBER: _ClassVar[int]
    session: str
    name: str
    force: bool
    def __init__(self, session: _Optional[str] = ..., name: _Optional[str] = ..., force: bool = ...) -> None: ...

class DeleteEnvironmentReply(_message.Message):
    __slots__ = ("success",)
    SUCCESS_FIELD_NUMBER: _ClassVar[int]
    success: bool
    def __init__(self, success: bool = ...) -> None: ...

class ListEnvironmentsRequest(_message.Message):
    __slots__ = ("session",)
    SESSION_FIELD_NUMBER: _ClassVar[int]
    session: str
    def __init__(self, session: _Optional[str] = ...) -> None: ...

class ListEnvironmentsReply(_message.Message):
    __slots__ = ("environments",)
    ENVIRONMENTS_FIELD_NUMBER: _ClassVar[int]
    environments: _containers.RepeatedCompositeFieldContainer[Environment]
    def __init__(self, environments: _Optional[_Iterable[_Union[Environment, _Mapping]]] = ...) -> None: ...

class GetEnvironmentRequest(_message.Message):
    __slots__ = ("session", "name")
    SESSION_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    session: str
    name: str
    def __init__(self, session: _Optional[str] = ..., name: _Optional[str] = ...) -> None: ...

class EnvironmentReply(_message.Message):
    __slots__ = ("environment",)
    ENVIRONMENT_FIELD_NUMBER: _ClassVar[int]
    environment: Environment
    def __init__(self, environment: _Optional[_Union[Environment, _Mapping]] = ...) -> None: ...

class Environment(_message.Message):
    __slots__ = ("name", "path", "python", "version", "state", "packages", "is_locked", "problem")
    NAME_FIELD_NUMBER: _ClassVar[int]
    PATH_FIELD_NUMBER: _ClassVar[int]
    PYTHON_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    PACKAGES_FIELD_NUMBER: _ClassVar[int]
    IS_LOCKED_FIELD_NUMBER: _ClassVar[int]
    PROBLEM_FIELD_NUMBER: _ClassVar[int]
    name: str
    path: str
    python: str
    version: str
    state: str
    packages: _containers.RepeatedScalarFieldContainer[str]
    is_locked: bool
    problem: str
    def __init__(self, name: _Optional[str] = ..., path: _Optional[str] = ..., python: _Optional[str] = ..., version: _Optional[str] = ..., state: _Optional[str] = ..., packages: _Optional[_Iterable[str]] = ..., is_locked: bool = ..., problem: _Optional[str] = ...) -> None: ...

class InstallPackagesRequest(_message.Message):
    __slots__ = ("session", "name", "packages", "dry_run")
    SESSION_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    PACKAGES_FIELD_NUMBER: _ClassVar[int]
    DRY_RUN_FIELD_NUMBER: _ClassVar[int]
    session: str
    name: str
    packages: _containers.RepeatedScalarFieldContainer[str]
    dry_run: bool
    def __init__(self, session: _Optional[str] = ..., name: _Optional[str] = ..., packages: _Optional[_Iterable[str]] = ..., dry_run: bool = ...) -> None: ...

class UninstallPackagesRequest(_message.Message):
    __slots__ = ("session", "name", "packages", "dry_run")
    SESSION_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    PACKAGES_FIELD_NUMBER: _ClassVar[int]
    DRY_RUN_FIELD_NUMBER: _ClassVar[int]
    session: str
    name: str
    packages: _containers.RepeatedScalarFieldContainer[str]
    dry_run: bool
    def __init__(self, session: _Optional[str] = ..., name: _Optional[str] = ..., packages: _Optional[_Iterable[str]] = ..., dry_run: bool = ...) -> None: ...

class InstallPackagesReply(_message.Message):
    __slots__ = ("success", "added", "removed", "is_dry_run")
    SUCCESS_FIELD_NUMBER: _ClassVar[int]
    ADDED_FIELD_NUMBER: _ClassVar[int]
    REMOVED_FIELD_NUMBER: _ClassVar[int]
    IS_DRY_RUN_FIELD_NUMBER: _ClassVar[int]
    success: bool
    added: _containers.RepeatedScalarFieldContainer[str]
    removed: _containers.RepeatedScalarFieldContainer[str]
    is_dry_run: bool
    def __init__(self, success: bool = ..., added: _Optional[_Iterable[str]] = ..., removed: _Optional[_Iterable[str]] = ..., is_dry_run: bool = ...) -> None: ...

class EnsureAdminEnvironmentRequest(_message.Message):
    __slots__ = ("session",)
    SESSION_FIELD_NUMBER: _ClassVar[int]
    session: str
    def __init__(self, session: _Optional[str] = ...) -> None: ...

class LockEnvironmentRequest(_message.Message):
    __slots__ = ("session", "name")
    SESSION_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    session: str
    name: str
    def __init__(self, session: _Optional[str] = ..., name: _Optional[str] = ...) -> None: ...

class LockEnvironmentReply(_message.Message):
    __slots__ = ("path",)
    PATH_FIELD_NUMBER: _ClassVar[int]
    path: str
    def __init__(self, path: _Optional[str] = ...) -> None: ...

class CloneEnvironmentRequest(_message.Message):
    __slots__ = ("session", "name", "target")
    SESSION_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    TARGET_FIELD_NUMBER: _ClassVar[int]
    session: str
    name: str
    target: str
    def __init__(self, session: _Optional[str] = ..., name: _Optional[str] = ..., target: _Optional[str] = ...) -> None: ...

class FollowProgressRequest(_message.Message):
    __slots__ = ("session", "request")
    SESSION_FIELD_NUMBER: _ClassVar[int]
    REQUEST_FIELD_NUMBER: _ClassVar[int]
    session: str
    request: str
    def __init__(self, session: _Optional[str] = ..., request: _Optional[str] = ...) -> None: ...

class Progress(_message.Message):
    __slots__ = ("text", "done_bytes", "total_bytes")
    TEXT_FIELD_NUMBER: _ClassVar[int]
    DONE_BYTES_FIELD_NUMBER: _ClassVar[int]
    TOTAL_BYTES_FIELD_NUMBER: _ClassVar[int]
    text: str
    done_bytes: int
    total_bytes: int
    def __init__(self, text: _Optional[str] = ..., done_bytes: _Optional[int] = ..., total_bytes: _Optional[int] = ...) -> None: ...

class GetHealthRequest(_message.Message):
    __slots__ = ("session",)
    SESSION_FIELD_NUMBER: _ClassVar[int]
    session: str
    def __init__(self, session: _Optional[str] = ...) -> None: ...

class Health(_message.Message):
    __slots__ = ("name", "kind", "environment", "address", "state", "pid", "worker_pid", "python", "protocol", "uptime_s", "memory_bytes", "sessions", "owner")
    NAME_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    ENVIRONMENT_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    PID_FIELD_NUMBER: _ClassVar[int]
    WORKER_PID_FIELD_NUMBER: _ClassVar[int]
    PYTHON_FIELD_NUMBER: _ClassVar[int]
    PROTOCOL_FIELD_NUMBER: _ClassVar[int]
    UPTIME_S_FIELD_NUMBER: _ClassVar[int]
    MEMORY_BYTES_FIELD_NUMBER: _ClassVar[int]
    SESSIONS_FIELD_NUMBER: _ClassVar[int]
    OWNER_FIELD_NUMBER: _ClassVar[int]
    name: str
    kind: str
    environment: str
    address: str
    state: str
    pid: int
    worker_pid: int
    python: str
    protocol: int
    uptime_s: float
    memory_bytes: int
    sessions: _containers.RepeatedScalarFieldContainer[str]
    owner: int
    def __init__(self, name: _Optional[str] = ..., kind: _Optional[str] = ..., environment: _Optional[str] = ..., address: _Optional[str] = ..., state: _Optional[str] = ..., pid: _Optional[int] = ..., worker_pid: _Optional[int] = ..., python: _Optional[str] = ..., protocol: _Optional[int] = ..., uptime_s: _Optional[float] = ..., memory_bytes: _Optional[int] = ..., sessions: _Optional[_Iterable[str]] = ..., owner: _Optional[int] = ...) -> None: ...

class StopRequest(_message.Message):
    __slots__ = ("session",)
    SESSION_FIELD_NUMBER: _ClassVar[int]
    session: str
    def __init__(self, session: _Optional[str] = ...) -> None: ...

class StopReply(_message.Message):
    __slots__ = ("swept",)
    SWEPT_FIELD_NUMBER: _ClassVar[int]
    swept: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, swept: _Optional[_Iterable[int]] = ...) -> None: ...

class OwnRequest(_message.Message):
    __slots__ = ("session", "pid")
    SESSION_FIELD_NUMBER: _ClassVar[int]
    PID_FIELD_NUMBER: _ClassVar[int]
    session: str
    pid: int
    def __init__(self, session: _Optional[str] = ..., pid: _Optional[int] = ...) -> None: ...

class OwnReply(_message.Message):
    __slots__ = ("owner",)
    OWNER_FIELD_NUMBER: _ClassVar[int]
    owner: int
    def __init__(self, owner: _Optional[int] = ...) -> None: ...

class FollowLogsRequest(_message.Message):
    __slots__ = ("session", "follow")
    SESSION_FIELD_NUMBER: _ClassVar[int]
    FOLLOW_FIELD_NUMBER: _ClassVar[int]
    session: str
    follow: bool
    def __init__(self, session: _Optional[str] = ..., follow: bool = ...) -> None: ...

class LogLine(_message.Message):
    __slots__ = ("line",)
    LINE_FIELD_NUMBER: _ClassVar[int]
    line: str
    def __init__(self, line: _Optional[str] = ...) -> None: ...

class PreviewObjectRequest(_message.Message):
    __slots__ = ("session", "handle_id", "timeout_s")
    SESSION_FIELD_NUMBER: _ClassVar[int]
    HANDLE_ID_FIELD_NUMBER: _ClassVar[int]
    TIMEOUT_S_FIELD_NUMBER: _ClassVar[int]
    session: str
    handle_id: str
    timeout_s: float
    def __init__(self, session: _Optional[str] = ..., handle_id: _Optional[str] = ..., timeout_s: _Optional[float] = ...) -> None: ...

class PreviewObjectReply(_message.Message):
    __slots__ = ("data", "outputs")
    class DataEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    DATA_FIELD_NUMBER: _ClassVar[int]
    OUTPUTS_FIELD_NUMBER: _ClassVar[int]
    data: _containers.ScalarMap[str, str]
    outputs: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, data: _Optional[_Mapping[str, str]] = ..., outputs: _Optional[_Iterable[str]] = ...) -> None: ...

class LentMemory(_message.Message):
    __slots__ = ("pid", "fd", "device", "inode", "nonce", "size")
    PID_FIELD_NUMBER: _ClassVar[int]
    FD_FIELD_NUMBER: _ClassVar[int]
    DEVICE_FIELD_NUMBER: _ClassVar[int]
    INODE_FIELD_NUMBER: _ClassVar[int]
    NONCE_FIELD_NUMBER: _ClassVar[int]
    SIZE_FIELD_NUMBER: _ClassVar[int]
    pid: int
    fd: int
    device: int
    inode: int
    nonce: str
    size: int
    def __init__(self, pid: _Optional[int] = ..., fd: _Optional[int] = ..., device: _Optional[int] = ..., inode: _Optional[int] = ..., nonce: _Optional[str] = ..., size: _Optional[int] = ...) -> None: ...

class GetCapabilitiesRequest(_message.Message):
    __slots__ = ("session", "memory", "memory_limit_bytes", "timeout_s")
    SESSION_FIELD_NUMBER: _ClassVar[int]
    MEMORY_FIELD_NUMBER: _ClassVar[int]
    MEMORY_LIMIT_BYTES_FIELD_NUMBER: _ClassVar[int]
    TIMEOUT_S_FIELD_NUMBER: _ClassVar[int]
    session: str
    memory: LentMemory
    memory_limit_bytes: int
    timeout_s: float
    def __init__(self, session: _Optional[str] = ..., memory: _Optional[_Union[LentMemory, _Mapping]] = ..., memory_limit_bytes: _Optional[int] = ..., timeout_s: _Optional[float] = ...) -> None: ...

class GetCapabilitiesReply(_message.Message):
    __slots__ = ("accepts", "memory", "outputs")
    ACCEPTS_FIELD_NUMBER: _ClassVar[int]
    MEMORY_FIELD_NUMBER: _ClassVar[int]
    OUTPUTS_FIELD_NUMBER: _ClassVar[int]
    accepts: str
    memory: LentMemory
    outputs: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, accepts: _Optional[str] = ..., memory: _Optional[_Union[LentMemory, _Mapping]] = ..., outputs: _Optional[_Iterable[str]] = ...) -> None: ...
