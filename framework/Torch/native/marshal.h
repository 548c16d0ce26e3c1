// How values cross from .NET: scalars, optional types and devices, and lists of tensors.
#pragma once

#include "shim.h"

#include <torch/version.h>

#include <vector>

#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 4)
#include <optional>
template <typename T>
using Optional = std::optional<T>;
#else
template <typename T>
using Optional = c10::optional<T>;
#endif

// A number of kind 0 (int64), 1 (the bits of a double), 2 (bool), or -1 (absent).
struct ct_scalar {
    int64_t bits;
    int32_t kind;
};

inline at::Scalar to_scalar(ct_scalar value) {
    switch (value.kind) {
        case 0:
            return at::Scalar(value.bits);
        case 1: {
            double number;
            static_assert(sizeof(number) == sizeof(value.bits), "a double must fill the bits");
            __builtin_memcpy(&number, &value.bits, sizeof(number));
            return at::Scalar(number);
        }
        case 2:
            return at::Scalar(value.bits != 0);
        default:
            TORCH_CHECK(false, "a scalar is missing");
    }
}

inline Optional<at::Scalar> to_optional_scalar(ct_scalar value) {
    if (value.kind < 0) {
        return {};
    }
    return to_scalar(value);
}

// -1 stands for "as the input is".
inline Optional<at::ScalarType> to_optional_type(int32_t type) {
    if (type < 0) {
        return {};
    }
    return static_cast<at::ScalarType>(type);
}

inline at::Device to_device(int32_t type, int32_t index) {
    return at::Device(static_cast<at::DeviceType>(type), static_cast<at::DeviceIndex>(index));
}

// A type or device of -1 is left at libtorch's default.
inline at::TensorOptions to_options(int32_t type, int32_t device_type, int32_t device_index) {
    at::TensorOptions options;
    if (type >= 0) {
        options = options.dtype(static_cast<at::ScalarType>(type));
    }
    if (device_type >= 0) {
        options = options.device(to_device(device_type, device_index));
    }
    return options;
}

inline at::IntArrayRef to_sizes(const int64_t* values, int64_t count) {
    return at::IntArrayRef(values, static_cast<size_t>(count));
}

// An absent tensor is an undefined one, which is how libtorch spells None.
inline at::Tensor or_undefined(TensorHandle handle) { return handle == nullptr ? at::Tensor() : *handle; }

inline std::vector<at::Tensor> to_list(const TensorHandle* handles, int64_t count) {
    std::vector<at::Tensor> list;
    list.reserve(static_cast<size_t>(count));
    for (int64_t i = 0; i < count; ++i) {
        list.push_back(or_undefined(handles[i]));
    }
    return list;
}

// Writes new handles to the caller's array, which must have room for all.
inline void store_list(const std::vector<at::Tensor>& list, TensorHandle* out, int64_t capacity, int64_t* count) {
    TORCH_CHECK(static_cast<int64_t>(list.size()) <= capacity, "no room for ", list.size(), " tensors");
    *count = 0;
    for (const at::Tensor& tensor : list) {
        out[(*count)++] = ct_new(tensor);
    }
}

// Exports of one shape each. The names are those of at::Tensor's methods.
#define CT_UNARY(name)                                                     \
    CT_API int32_t ct_##name(TensorHandle self, TensorHandle* out) {       \
        return ct_guard([&] { *out = ct_new(self->name()); });             \
    }
#define CT_UNARY_IN_PLACE(name)                                            \
    CT_API int32_t ct_##name(TensorHandle self) {                          \
        return ct_guard([&] { self->name(); });                            \
    }
#define CT_BINARY(name)                                                                       \
    CT_API int32_t ct_##name(TensorHandle self, TensorHandle other, TensorHandle* out) {      \
        return ct_guard([&] { *out = ct_new(self->name(*other)); });                          \
    }
#define CT_BINARY_SCALAR(name)                                                                \
    CT_API int32_t ct_##name##_scalar(TensorHandle self, ct_scalar other, TensorHandle* out) { \
        return ct_guard([&] { *out = ct_new(self->name(to_scalar(other))); });                \
    }
