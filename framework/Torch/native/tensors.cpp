// Life of a tensor: creation, its metadata, its memory, copies and conversions.
#include "marshal.h"

namespace {
// Factories fill without history; the flag is set on the finished leaf.
TensorHandle new_leaf(at::Tensor tensor, bool requires_grad) {
    if (requires_grad) {
        tensor.set_requires_grad(true);
    }
    return ct_new(std::move(tensor));
}
}  // namespace

CT_API int32_t ct_dispose(TensorHandle self) {
    return ct_guard([&] { delete self; });
}

CT_API int32_t ct_empty(const int64_t* sizes, int64_t ndim, int32_t type, int32_t device_type, int32_t device_index,
                        bool requires_grad, TensorHandle* out) {
    return ct_guard([&] {
        *out = new_leaf(at::empty(to_sizes(sizes, ndim), to_options(type, device_type, device_index)), requires_grad);
    });
}

CT_API int32_t ct_zeros(const int64_t* sizes, int64_t ndim, int32_t type, int32_t device_type, int32_t device_index,
                        bool requires_grad, TensorHandle* out) {
    return ct_guard([&] {
        *out = new_leaf(at::zeros(to_sizes(sizes, ndim), to_options(type, device_type, device_index)), requires_grad);
    });
}

CT_API int32_t ct_ones(const int64_t* sizes, int64_t ndim, int32_t type, int32_t device_type, int32_t device_index,
                       bool requires_grad, TensorHandle* out) {
    return ct_guard([&] {
        *out = new_leaf(at::ones(to_sizes(sizes, ndim), to_options(type, device_type, device_index)), requires_grad);
    });
}

CT_API int32_t ct_full(const int64_t* sizes, int64_t ndim, ct_scalar value, int32_t type, int32_t device_type,
                       int32_t device_index, bool requires_grad, TensorHandle* out) {
    return ct_guard([&] {
        *out = new_leaf(at::full(to_sizes(sizes, ndim), to_scalar(value), to_options(type, device_type, device_index)),
                        requires_grad);
    });
}

CT_API int32_t ct_arange(ct_scalar start, ct_scalar stop, ct_scalar step, int32_t type, int32_t device_type,
                         int32_t device_index, bool requires_grad, TensorHandle* out) {
    return ct_guard([&] {
        *out = new_leaf(at::arange(to_scalar(start), to_scalar(stop), to_scalar(step),
                                   to_options(type, device_type, device_index)),
                        requires_grad);
    });
}

CT_API int32_t ct_linspace(double start, double end, int64_t steps, int32_t type, int32_t device_type,
                           int32_t device_index, bool requires_grad, TensorHandle* out) {
    return ct_guard([&] {
        *out = new_leaf(at::linspace(start, end, steps, to_options(type, device_type, device_index)), requires_grad);
    });
}

// Which of empty_like (0), zeros_like (1), ones_like (2) and rand_like (3).
CT_API int32_t ct_like(TensorHandle self, int32_t kind, int32_t type, int32_t device_type, int32_t device_index,
                       bool requires_grad, TensorHandle* out) {
    return ct_guard([&] {
        const at::TensorOptions options = to_options(type, device_type, device_index);
        at::Tensor result = kind == 0   ? at::empty_like(*self, options)
                            : kind == 1 ? at::zeros_like(*self, options)
                            : kind == 2 ? at::ones_like(*self, options)
                                        : at::rand_like(*self, options);
        *out = new_leaf(result, requires_grad);
    });
}

// Copies the caller's memory, which is of the type given, into a new tensor of the type and on the device wanted.
CT_API int32_t ct_from_memory(const void* data, const int64_t* sizes, int64_t ndim, int32_t type, int32_t wanted_type,
                              int32_t device_type, int32_t device_index, bool requires_grad, TensorHandle* out) {
    return ct_guard([&] {
        const at::Tensor source = at::from_blob(const_cast<void*>(data), to_sizes(sizes, ndim),
                                                at::TensorOptions().dtype(static_cast<at::ScalarType>(type)));
        at::TensorOptions options = to_options(wanted_type, device_type, device_index);
        if (wanted_type < 0) {
            options = options.dtype(source.scalar_type());
        }
        *out = new_leaf(source.to(options, /*non_blocking=*/false, /*copy=*/true), requires_grad);
    });
}

// All that a caller asks of a tensor again and again, in one call. Sizes go into the array as far as it has room.
CT_API int32_t ct_sizes(TensorHandle self, int64_t* sizes, int64_t capacity, int64_t* ndim) {
    return ct_guard([&] {
        *ndim = self->dim();
        for (int64_t i = 0; i < *ndim && i < capacity; ++i) {
            sizes[i] = self->sizes()[static_cast<size_t>(i)];
        }
    });
}

CT_API int32_t ct_strides(TensorHandle self, int64_t* strides, int64_t capacity, int64_t* ndim) {
    return ct_guard([&] {
        *ndim = self->dim();
        for (int64_t i = 0; i < *ndim && i < capacity; ++i) {
            strides[i] = self->strides()[static_cast<size_t>(i)];
        }
    });
}

CT_API int32_t ct_numel(TensorHandle self, int64_t* out) {
    return ct_guard([&] { *out = self->numel(); });
}

CT_API int32_t ct_storage_offset(TensorHandle self, int64_t* out) {
    return ct_guard([&] { *out = self->storage_offset(); });
}

CT_API int32_t ct_element_size(TensorHandle self, int64_t* out) {
    return ct_guard([&] { *out = static_cast<int64_t>(self->element_size()); });
}

CT_API int32_t ct_scalar_type(TensorHandle self, int32_t* out) {
    return ct_guard([&] { *out = static_cast<int32_t>(self->scalar_type()); });
}

CT_API int32_t ct_device(TensorHandle self, int32_t* type, int32_t* index) {
    return ct_guard([&] {
        const at::Device device = self->device();
        *type = static_cast<int32_t>(device.type());
        *index = device.index();
    });
}

CT_API int32_t ct_is_contiguous(TensorHandle self, int32_t* out) {
    return ct_guard([&] { *out = self->is_contiguous() ? 1 : 0; });
}

// The first byte of a contiguous tensor in host memory.
CT_API int32_t ct_data(TensorHandle self, void** data, int64_t* bytes) {
    return ct_guard([&] {
        TORCH_CHECK(self->device().is_cpu(), "the memory of a tensor on ", self->device(),
                    " cannot be read from the host; copy it with cpu() first");
        TORCH_CHECK(self->is_contiguous(), "only the memory of a contiguous tensor can be read; call contiguous() first");
        *data = self->data_ptr();
        *bytes = static_cast<int64_t>(self->nbytes());
    });
}

CT_API int32_t ct_item_double(TensorHandle self, double* out) {
    return ct_guard([&] { *out = self->item().toDouble(); });
}

CT_API int32_t ct_item_long(TensorHandle self, int64_t* out) {
    return ct_guard([&] { *out = self->item().toLong(); });
}

CT_API int32_t ct_to(TensorHandle self, int32_t type, int32_t device_type, int32_t device_index, bool copy,
                     bool non_blocking, TensorHandle* out) {
    return ct_guard([&] {
        at::TensorOptions options = to_options(type, device_type, device_index);
        if (type < 0) {
            options = options.dtype(self->scalar_type());
        }
        if (device_type < 0) {
            options = options.device(self->device());
        }
        *out = ct_new(self->to(options, non_blocking, copy));
    });
}

CT_API int32_t ct_copy_(TensorHandle self, TensorHandle source, bool non_blocking) {
    return ct_guard([&] { self->copy_(*source, non_blocking); });
}

CT_API int32_t ct_set_(TensorHandle self, TensorHandle source) {
    return ct_guard([&] { self->set_(*source); });
}

CT_API int32_t ct_fill_(TensorHandle self, ct_scalar value) {
    return ct_guard([&] { self->fill_(to_scalar(value)); });
}

CT_UNARY(clone)
CT_UNARY(contiguous)
CT_UNARY(alias)
CT_UNARY_IN_PLACE(zero_)
