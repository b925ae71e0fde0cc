// XLA's CPU client behind those calls of PJRT's C interface that the engine makes. All it needs is in the Python package
// tensorflow-cpu: headers, and the client in libtensorflow_cc. See build.sh.
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "xla/pjrt/c/pjrt_c_api.h"
#include "xla/pjrt/pjrt_client.h"
#include "xla/pjrt/proto/compile_options.pb.h"
#include "xla/pjrt/plugin/xla_cpu/cpu_client_options.h"

namespace xla {
absl::StatusOr<std::unique_ptr<PjRtClient>> GetXlaPjrtCpuClient(CpuClientOptions options);
absl::StatusOr<mlir::OwningOpRef<mlir::ModuleOp>> ParseMlirModuleString(absl::string_view text, mlir::MLIRContext& context);
}  // namespace xla

// What the interface leaves open.
struct PJRT_Client {
  std::unique_ptr<xla::PjRtClient> client;
  std::vector<PJRT_Device*> devices;
  std::string version;
};
struct PJRT_Device {
  xla::PjRtDevice* device;
};
struct PJRT_Event {
  xla::Future<> future;
};
struct PJRT_LoadedExecutable {
  std::unique_ptr<xla::PjRtLoadedExecutable> executable;
};
struct PJRT_Executable {
  xla::PjRtLoadedExecutable* executable;
};
struct PJRT_SerializedExecutable {
  std::string bytes;
};
struct PJRT_Buffer {
  std::unique_ptr<xla::PjRtBuffer> buffer;
};

namespace {

struct Fault {
  std::string text;
};

PJRT_Error* fault(const absl::Status& status) {
  if (status.ok()) return nullptr;
  return reinterpret_cast<PJRT_Error*>(new Fault{status.ToString()});
}
#define TRY(expression) \
  if (absl::Status status = (expression); !status.ok()) return fault(status)

void error_destroy(PJRT_Error_Destroy_Args* a) { delete reinterpret_cast<Fault*>(a->error); }
void error_message(PJRT_Error_Message_Args* a) {
  auto* f = reinterpret_cast<const Fault*>(a->error);
  a->message = f->text.data();
  a->message_size = f->text.size();
}
PJRT_Error* initialize(PJRT_Plugin_Initialize_Args*) { return nullptr; }
PJRT_Error* attributes(PJRT_Plugin_Attributes_Args* a) {
  static PJRT_NamedValue one = [] {
    PJRT_NamedValue v{};
    v.struct_size = PJRT_NamedValue_STRUCT_SIZE;
    v.name = "xla_version";
    v.name_size = 11;
    v.type = PJRT_NamedValue_kInt64;
    v.int64_value = 2;
    v.value_size = 1;
    return v;
  }();
  a->attributes = &one;
  a->num_attributes = 1;
  return nullptr;
}

PJRT_Error* event_destroy(PJRT_Event_Destroy_Args* a) { delete a->event; return nullptr; }
PJRT_Error* event_is_ready(PJRT_Event_IsReady_Args* a) { a->is_ready = a->event->future.IsReady(); return nullptr; }
PJRT_Error* event_error(PJRT_Event_Error_Args* a) { return fault(a->event->future.Await()); }
PJRT_Error* event_await(PJRT_Event_Await_Args* a) { return fault(a->event->future.Await()); }

PJRT_Error* client_create(PJRT_Client_Create_Args* a) {
  if (a->num_options > 0) return fault(absl::InvalidArgumentError("the CPU client has no options"));
  xla::CpuClientOptions options;
  const char* count = std::getenv("CPU_DEVICES");
  options.cpu_device_count = count ? std::atoi(count) : 1;
  auto made = xla::GetXlaPjrtCpuClient(std::move(options));
  TRY(made.status());
  auto* client = new PJRT_Client{std::move(*made), {}, {}};
  client->version = std::string(client->client->platform_version());
  for (xla::PjRtDevice* device : client->client->addressable_devices()) client->devices.push_back(new PJRT_Device{device});
  a->client = client;
  return nullptr;
}
PJRT_Error* client_destroy(PJRT_Client_Destroy_Args* a) {
  for (PJRT_Device* device : a->client->devices) delete device;
  delete a->client;
  return nullptr;
}
PJRT_Error* platform_name(PJRT_Client_PlatformName_Args* a) {
  absl::string_view name = a->client->client->platform_name();
  a->platform_name = name.data();
  a->platform_name_size = name.size();
  return nullptr;
}
PJRT_Error* platform_version(PJRT_Client_PlatformVersion_Args* a) {
  a->platform_version = a->client->version.data();
  a->platform_version_size = a->client->version.size();
  return nullptr;
}
PJRT_Error* addressable_devices(PJRT_Client_AddressableDevices_Args* a) {
  a->addressable_devices = a->client->devices.data();
  a->num_addressable_devices = a->client->devices.size();
  return nullptr;
}
PJRT_Error* get_description(PJRT_Device_GetDescription_Args* a) {
  a->device_description = reinterpret_cast<PJRT_DeviceDescription*>(a->device);
  return nullptr;
}
PJRT_Error* device_kind(PJRT_DeviceDescription_Kind_Args* a) {
  absl::string_view kind = reinterpret_cast<PJRT_Device*>(a->device_description)->device->device_kind();
  a->device_kind = kind.data();
  a->device_kind_size = kind.size();
  return nullptr;
}
PJRT_Error* memory_stats(PJRT_Device_MemoryStats_Args*) { return fault(absl::UnimplementedError("no memory stats")); }

absl::StatusOr<xla::CompileOptions> options_of(const char* bytes, size_t size) {
  xla::CompileOptionsProto proto;
  if (!proto.ParseFromArray(bytes, size)) return absl::InvalidArgumentError("no CompileOptionsProto");
  return xla::CompileOptions::FromProto(proto);
}
PJRT_Error* compile(PJRT_Client_Compile_Args* a) {
  auto options = options_of(a->compile_options, a->compile_options_size);
  TRY(options.status());
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  auto module = xla::ParseMlirModuleString(absl::string_view(a->program->code, a->program->code_size), context);
  TRY(module.status());
  auto made = a->client->client->CompileAndLoad(module->get(), *options);
  TRY(made.status());
  a->executable = new PJRT_LoadedExecutable{std::move(*made)};
  return nullptr;
}
PJRT_Error* loaded_destroy(PJRT_LoadedExecutable_Destroy_Args* a) { delete a->executable; return nullptr; }
PJRT_Error* get_executable(PJRT_LoadedExecutable_GetExecutable_Args* a) {
  a->executable = new PJRT_Executable{a->loaded_executable->executable.get()};
  return nullptr;
}
PJRT_Error* executable_destroy(PJRT_Executable_Destroy_Args* a) { delete a->executable; return nullptr; }
PJRT_Error* serialize(PJRT_Executable_Serialize_Args* a) {
  auto made = a->executable->executable->SerializeExecutable();
  TRY(made.status());
  a->serialized_executable = new PJRT_SerializedExecutable{std::move(*made)};
  a->serialized_bytes = a->serialized_executable->bytes.data();
  a->serialized_bytes_size = a->serialized_executable->bytes.size();
  a->serialized_executable_deleter = [](PJRT_SerializedExecutable* s) { delete s; };
  return nullptr;
}
PJRT_Error* deserialize(PJRT_Executable_DeserializeAndLoad_Args* a) {
  std::optional<xla::CompileOptions> overridden;
  if (a->overridden_serialized_compile_options) {
    auto options = options_of(a->overridden_serialized_compile_options, a->overridden_serialized_compile_options_size);
    TRY(options.status());
    overridden = *options;
  }
  auto made = a->client->client->LoadSerializedExecutable(
      absl::string_view(a->serialized_executable, a->serialized_executable_size), overridden, xla::LoadOptions());
  TRY(made.status());
  a->loaded_executable = new PJRT_LoadedExecutable{std::move(*made)};
  return nullptr;
}

xla::PrimitiveType type_of(PJRT_Buffer_Type type) {
  switch (type) {
    case PJRT_Buffer_Type_PRED: return xla::PRED;
    case PJRT_Buffer_Type_S32: return xla::S32;
    case PJRT_Buffer_Type_U8: return xla::U8;
    case PJRT_Buffer_Type_F32: return xla::F32;
    case PJRT_Buffer_Type_BF16: return xla::BF16;
    default: return xla::PRIMITIVE_TYPE_INVALID;
  }
}
PJRT_Error* from_host(PJRT_Client_BufferFromHostBuffer_Args* a) {
  auto memory = a->device->device->default_memory_space();
  TRY(memory.status());
  auto [promise, future] = xla::MakePromise<>();
  auto shared = std::make_shared<xla::Promise<>>(std::move(promise));
  auto made = a->client->client->BufferFromHostBuffer(
      a->data, type_of(a->type), absl::Span<const int64_t>(a->dims, a->num_dims), std::nullopt,
      xla::PjRtClient::HostBufferSemantics::kImmutableUntilTransferCompletes, [shared] { shared->Set(); }, *memory, nullptr);
  TRY(made.status());
  a->buffer = new PJRT_Buffer{std::move(*made)};
  a->done_with_host_buffer = new PJRT_Event{std::move(future)};
  return nullptr;
}
PJRT_Error* buffer_destroy(PJRT_Buffer_Destroy_Args* a) { delete a->buffer; return nullptr; }
PJRT_Error* to_host(PJRT_Buffer_ToHostBuffer_Args* a) {
  a->event = new PJRT_Event{a->src->buffer->CopyRawToHost(a->dst, 0, a->dst_size)};
  return nullptr;
}
PJRT_Error* execute(PJRT_LoadedExecutable_Execute_Args* a) {
  std::vector<std::vector<xla::PjRtBuffer*>> args(a->num_devices);
  for (size_t d = 0; d < a->num_devices; d++)
    for (size_t i = 0; i < a->num_args; i++) args[d].push_back(a->argument_lists[d][i]->buffer.get());
  auto made = a->executable->executable->Execute(args, xla::ExecuteOptions());
  TRY(made.status());
  for (size_t d = 0; d < a->num_devices; d++)
    for (size_t r = 0; r < (*made)[d].size(); r++) a->output_lists[d][r] = new PJRT_Buffer{std::move((*made)[d][r])};
  return nullptr;
}

}  // namespace

extern "C" __attribute__((visibility("default"))) const PJRT_Api* GetPjrtApi() {
  static PJRT_Api api = [] {
    PJRT_Api t{};
    t.struct_size = PJRT_Api_STRUCT_SIZE;
    t.pjrt_api_version.struct_size = PJRT_Api_Version_STRUCT_SIZE;
    t.pjrt_api_version.major_version = PJRT_API_MAJOR;
    t.pjrt_api_version.minor_version = PJRT_API_MINOR;
    t.PJRT_Error_Destroy = error_destroy;
    t.PJRT_Error_Message = error_message;
    t.PJRT_Plugin_Initialize = initialize;
    t.PJRT_Plugin_Attributes = attributes;
    t.PJRT_Event_Destroy = event_destroy;
    t.PJRT_Event_IsReady = event_is_ready;
    t.PJRT_Event_Error = event_error;
    t.PJRT_Event_Await = event_await;
    t.PJRT_Client_Create = client_create;
    t.PJRT_Client_Destroy = client_destroy;
    t.PJRT_Client_PlatformName = platform_name;
    t.PJRT_Client_PlatformVersion = platform_version;
    t.PJRT_Client_AddressableDevices = addressable_devices;
    t.PJRT_Client_Compile = compile;
    t.PJRT_Client_BufferFromHostBuffer = from_host;
    t.PJRT_DeviceDescription_Kind = device_kind;
    t.PJRT_Device_GetDescription = get_description;
    t.PJRT_Device_MemoryStats = memory_stats;
    t.PJRT_Executable_Destroy = executable_destroy;
    t.PJRT_Executable_Serialize = serialize;
    t.PJRT_LoadedExecutable_Destroy = loaded_destroy;
    t.PJRT_LoadedExecutable_GetExecutable = get_executable;
    t.PJRT_LoadedExecutable_Execute = execute;
    t.PJRT_Executable_DeserializeAndLoad = deserialize;
    t.PJRT_Buffer_Destroy = buffer_destroy;
    t.PJRT_Buffer_ToHostBuffer = to_host;
    return t;
  }();
  return &api;
}
