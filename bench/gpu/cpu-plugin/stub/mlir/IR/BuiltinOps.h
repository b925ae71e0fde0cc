// In place of MLIR's header, which needs LLVM's: what XLA's client declares functions with, and as much of each as
// plugin.cc uses. Sizes are as in MLIR: every one of these is a pointer.
#pragma once

namespace mlir {
class Operation {
 public:
  void erase();
};

class MLIRContext {
 public:
  enum class Threading { DISABLED, ENABLED };
  explicit MLIRContext(Threading threading);
  ~MLIRContext();

 private:
  void* impl;
};

class ModuleOp {
 public:
  Operation* operation() const { return state; }

 private:
  Operation* state = nullptr;
};

template <class T>
class OwningOpRef {
 public:
  OwningOpRef(OwningOpRef&& other) : op(other.op) { other.op = T(); }
  ~OwningOpRef() {
    if (op.operation()) op.operation()->erase();
  }
  T get() const { return op; }

 private:
  T op;
};
}  // namespace mlir
