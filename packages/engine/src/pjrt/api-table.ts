/**
 * Where XLA's plugin interface (PJRT) keeps its functions: `GetPjrtApi` returns a table that starts with its own
 * size, an extension pointer and a version, followed by one pointer a function. The order never changes within a
 * major version; new functions are added at the end.
 * @see https://github.com/openxla/xla/blob/main/xla/pjrt/c/pjrt_c_api.h
 */
export const functionIndex = {
  Error_Destroy: 0,
  Error_Message: 1,
  Plugin_Initialize: 3,
  Plugin_Attributes: 4,
  Event_Destroy: 5,
  Event_IsReady: 6,
  Event_Error: 7,
  Event_Await: 8,
  Client_Create: 10,
  Client_Destroy: 11,
  Client_PlatformName: 12,
  Client_PlatformVersion: 14,
  Client_AddressableDevices: 16,
  Client_Compile: 20,
  Client_BufferFromHostBuffer: 22,
  DeviceDescription_Kind: 26,
  Device_GetDescription: 29,
  Device_MemoryStats: 34,
  Executable_Destroy: 40,
  Executable_Serialize: 49,
  LoadedExecutable_Destroy: 50,
  LoadedExecutable_GetExecutable: 51,
  LoadedExecutable_Execute: 55,
  Executable_DeserializeAndLoad: 56,
  Buffer_Destroy: 58,
  Buffer_ToHostBuffer: 70,
} as const;

export type FunctionName = keyof typeof functionIndex;

/** Bytes of the table before the first function pointer, and where the version stands in it. */
export const header = { size: 40, structSize: 0, majorVersion: 32, minorVersion: 36 } as const;

export const supported = { major: 0, minor: 54 } as const;

/** PJRT_Buffer_Type */
export const bufferTypes = { bool: 1, int32: 4, uint8: 6, float32: 11, bfloat16: 13 } as const;
