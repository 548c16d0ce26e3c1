// The contract of the shim: every exported function is extern "C", returns 0 or 1, hands results back through pointers,
// and lets no exception out. After a 1, ct_last_error() holds libtorch's message for the calling thread.
#pragma once

// ATen, autograd and the torch:: aliases. All of <torch/torch.h> would double the time to build.
#include <torch/csrc/autograd/custom_function.h>
#include <torch/types.h>

#include <cstdint>
#include <exception>
#include <utility>

#define CT_API extern "C" __attribute__((visibility("default")))

using TensorHandle = at::Tensor*;

void ct_set_error(const char* message) noexcept;

inline TensorHandle ct_new(at::Tensor tensor) { return new at::Tensor(std::move(tensor)); }

template <typename Body>
int32_t ct_guard(Body&& body) noexcept {
    try {
        body();
        return 0;
    } catch (const c10::Error& error) {
        ct_set_error(error.what_without_backtrace());
    } catch (const std::exception& error) {
        ct_set_error(error.what());
    } catch (...) {
        ct_set_error("unknown native exception");
    }
    return 1;
}
