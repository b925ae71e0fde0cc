// In place of MLIR's header, which needs LLVM's: XLA's client only declares functions with these types, and none of
// those is called here.
#pragma once

namespace mlir {
class MLIRContext;
class ModuleOp {
  void* state;
};
template <class T>
class OwningOpRef {
  T op;

 public:
  OwningOpRef(OwningOpRef&&) = default;
  T& get() { return op; }
  T release() { return op; }
};
}  // namespace mlir
