// Views, joins, selection by index, and masks.
#include "marshal.h"

CT_API int32_t ct_view(TensorHandle self, const int64_t* sizes, int64_t count, TensorHandle* out) {
    return ct_guard([&] { *out = ct_new(self->view(to_sizes(sizes, count))); });
}

CT_API int32_t ct_reshape(TensorHandle self, const int64_t* sizes, int64_t count, TensorHandle* out) {
    return ct_guard([&] { *out = ct_new(self->reshape(to_sizes(sizes, count))); });
}

CT_API int32_t ct_permute(TensorHandle self, const int64_t* dims, int64_t count, TensorHandle* out) {
    return ct_guard([&] { *out = ct_new(self->permute(to_sizes(dims, count))); });
}

CT_API int32_t ct_repeat(TensorHandle self, const int64_t* times, int64_t count, TensorHandle* out) {
    return ct_guard([&] { *out = ct_new(self->repeat(to_sizes(times, count))); });
}

CT_API int32_t ct_expand(TensorHandle self, const int64_t* sizes, int64_t count, bool implicit, TensorHandle* out) {
    return ct_guard([&] { *out = ct_new(self->expand(to_sizes(sizes, count), implicit)); });
}

CT_API int32_t ct_as_strided(TensorHandle self, const int64_t* sizes, const int64_t* strides, int64_t count,
                             int64_t offset, TensorHandle* out) {
    return ct_guard([&] { *out = ct_new(self->as_strided(to_sizes(sizes, count), to_sizes(strides, count), offset)); });
}

CT_API int32_t ct_roll(TensorHandle self, const int64_t* shifts, int64_t shift_count, const int64_t* dims,
                       int64_t dim_count, TensorHandle* out) {
    return ct_guard([&] { *out = ct_new(self->roll(to_sizes(shifts, shift_count), to_sizes(dims, dim_count))); });
}

CT_API int32_t ct_transpose(TensorHandle self, int64_t dim0, int64_t dim1, TensorHandle* out) {
    return ct_guard([&] { *out = ct_new(self->transpose(dim0, dim1)); });
}

CT_UNARY(t)

CT_API int32_t ct_narrow(TensorHandle self, int64_t dim, int64_t start, int64_t length, TensorHandle* out) {
    return ct_guard([&] { *out = ct_new(self->narrow(dim, start, length)); });
}

CT_API int32_t ct_slice(TensorHandle self, int64_t dim, int64_t start, int64_t finish, int64_t step,
                        TensorHandle* out) {
    return ct_guard([&] { *out = ct_new(self->slice(dim, start, finish, step)); });
}

CT_API int32_t ct_select(TensorHandle self, int64_t dim, int64_t index, TensorHandle* out) {
    return ct_guard([&] { *out = ct_new(self->select(dim, index)); });
}

CT_UNARY(squeeze)

CT_API int32_t ct_squeeze_dim(TensorHandle self, int64_t dim, TensorHandle* out) {
    return ct_guard([&] { *out = ct_new(self->squeeze(dim)); });
}

CT_API int32_t ct_unsqueeze(TensorHandle self, int64_t dim, TensorHandle* out) {
    return ct_guard([&] { *out = ct_new(self->unsqueeze(dim)); });
}

CT_API int32_t ct_flatten(TensorHandle self, int64_t start, int64_t end, TensorHandle* out) {
    return ct_guard([&] { *out = ct_new(self->flatten(start, end)); });
}

CT_API int32_t ct_cat(const TensorHandle* tensors, int64_t count, int64_t dim, TensorHandle* out) {
    return ct_guard([&] { *out = ct_new(at::cat(to_list(tensors, count), dim)); });
}

CT_API int32_t ct_stack(const TensorHandle* tensors, int64_t count, int64_t dim, TensorHandle* out) {
    return ct_guard([&] { *out = ct_new(at::stack(to_list(tensors, count), dim)); });
}

CT_API int32_t ct_chunk(TensorHandle self, int64_t chunks, int64_t dim, TensorHandle* out, int64_t capacity,
                        int64_t* count) {
    return ct_guard([&] { store_list(self->chunk(chunks, dim), out, capacity, count); });
}

CT_API int32_t ct_split(TensorHandle self, int64_t size, int64_t dim, TensorHandle* out, int64_t capacity,
                        int64_t* count) {
    return ct_guard([&] { store_list(self->split(size, dim), out, capacity, count); });
}

CT_API int32_t ct_split_sizes(TensorHandle self, const int64_t* sizes, int64_t size_count, int64_t dim,
                              TensorHandle* out, int64_t capacity, int64_t* count) {
    return ct_guard([&] {
        store_list(self->split_with_sizes(to_sizes(sizes, size_count), dim), out, capacity, count);
    });
}

CT_API int32_t ct_index_select(TensorHandle self, int64_t dim, TensorHandle index, TensorHandle* out) {
    return ct_guard([&] { *out = ct_new(self->index_select(dim, *index)); });
}

CT_API int32_t ct_gather(TensorHandle self, int64_t dim, TensorHandle index, bool sparse_grad, TensorHandle* out) {
    return ct_guard([&] { *out = ct_new(self->gather(dim, *index, sparse_grad)); });
}

CT_API int32_t ct_scatter_(TensorHandle self, int64_t dim, TensorHandle index, TensorHandle source) {
    return ct_guard([&] { self->scatter_(dim, *index, *source); });
}

CT_API int32_t ct_scatter_add_(TensorHandle self, int64_t dim, TensorHandle index, TensorHandle source) {
    return ct_guard([&] { self->scatter_add_(dim, *index, *source); });
}

CT_API int32_t ct_index_add_(TensorHandle self, int64_t dim, TensorHandle index, TensorHandle source, ct_scalar alpha) {
    return ct_guard([&] { self->index_add_(dim, *index, *source, to_scalar(alpha)); });
}

CT_API int32_t ct_index_copy_(TensorHandle self, int64_t dim, TensorHandle index, TensorHandle source) {
    return ct_guard([&] { self->index_copy_(dim, *index, *source); });
}

namespace {
// One entry a leading dimension; an absent tensor takes the whole of it.
c10::List<Optional<at::Tensor>> to_indices(const TensorHandle* indices, int64_t count) {
    c10::List<Optional<at::Tensor>> list;
    for (int64_t i = 0; i < count; ++i) {
        list.push_back(indices[i] == nullptr ? Optional<at::Tensor>() : Optional<at::Tensor>(*indices[i]));
    }
    return list;
}
}  // namespace

CT_API int32_t ct_index(TensorHandle self, const TensorHandle* indices, int64_t count, TensorHandle* out) {
    return ct_guard([&] { *out = ct_new(self->index(to_indices(indices, count))); });
}

CT_API int32_t ct_index_put_(TensorHandle self, const TensorHandle* indices, int64_t count, TensorHandle value,
                             bool accumulate) {
    return ct_guard([&] { self->index_put_(to_indices(indices, count), *value, accumulate); });
}

CT_BINARY(masked_select)
CT_UNARY(nonzero)

CT_API int32_t ct_masked_fill(TensorHandle self, TensorHandle mask, ct_scalar value, TensorHandle* out) {
    return ct_guard([&] { *out = ct_new(self->masked_fill(*mask, to_scalar(value))); });
}

CT_API int32_t ct_masked_fill_(TensorHandle self, TensorHandle mask, ct_scalar value) {
    return ct_guard([&] { self->masked_fill_(*mask, to_scalar(value)); });
}

CT_API int32_t ct_tril(TensorHandle self, int64_t diagonal, TensorHandle* out) {
    return ct_guard([&] { *out = ct_new(self->tril(diagonal)); });
}

CT_API int32_t ct_triu(TensorHandle self, int64_t diagonal, TensorHandle* out) {
    return ct_guard([&] { *out = ct_new(self->triu(diagonal)); });
}
