// Sums, extremes, norms, order statistics.
#include "marshal.h"

#include <tuple>

CT_UNARY(max)
CT_UNARY(min)
CT_UNARY(any)
CT_UNARY(all)

CT_API int32_t ct_sum(TensorHandle self, int32_t type, TensorHandle* out) {
    return ct_guard([&] { *out = ct_new(self->sum(to_optional_type(type))); });
}

CT_API int32_t ct_sum_dims(TensorHandle self, const int64_t* dims, int64_t count, bool keepdim, int32_t type,
                           TensorHandle* out) {
    return ct_guard([&] { *out = ct_new(self->sum(to_sizes(dims, count), keepdim, to_optional_type(type))); });
}

CT_API int32_t ct_mean(TensorHandle self, TensorHandle* out) {
    return ct_guard([&] { *out = ct_new(self->mean()); });
}

CT_API int32_t ct_mean_dims(TensorHandle self, const int64_t* dims, int64_t count, bool keepdim, int32_t type,
                            TensorHandle* out) {
    return ct_guard([&] { *out = ct_new(self->mean(to_sizes(dims, count), keepdim, to_optional_type(type))); });
}

CT_API int32_t ct_var(TensorHandle self, bool unbiased, TensorHandle* out) {
    return ct_guard([&] { *out = ct_new(self->var(unbiased)); });
}

CT_API int32_t ct_var_dims(TensorHandle self, const int64_t* dims, int64_t count, bool unbiased, bool keepdim,
                           TensorHandle* out) {
    return ct_guard([&] { *out = ct_new(self->var(to_sizes(dims, count), unbiased, keepdim)); });
}

CT_API int32_t ct_std(TensorHandle self, bool unbiased, TensorHandle* out) {
    return ct_guard([&] { *out = ct_new(self->std(unbiased)); });
}

CT_API int32_t ct_std_dims(TensorHandle self, const int64_t* dims, int64_t count, bool unbiased, bool keepdim,
                           TensorHandle* out) {
    return ct_guard([&] { *out = ct_new(self->std(to_sizes(dims, count), unbiased, keepdim)); });
}

CT_API int32_t ct_norm(TensorHandle self, double p, TensorHandle* out) {
    return ct_guard([&] { *out = ct_new(self->norm(p)); });
}

CT_API int32_t ct_norm_dim(TensorHandle self, int64_t dim, bool keepdim, double p, TensorHandle* out) {
    return ct_guard([&] { *out = ct_new(self->norm(at::Scalar(p), to_sizes(&dim, 1), keepdim)); });
}

CT_API int32_t ct_logsumexp(TensorHandle self, int64_t dim, bool keepdim, TensorHandle* out) {
    return ct_guard([&] { *out = ct_new(self->logsumexp(to_sizes(&dim, 1), keepdim)); });
}

CT_API int32_t ct_cumsum(TensorHandle self, int64_t dim, int32_t type, TensorHandle* out) {
    return ct_guard([&] { *out = ct_new(self->cumsum(dim, to_optional_type(type))); });
}

CT_API int32_t ct_any_dim(TensorHandle self, int64_t dim, bool keepdim, TensorHandle* out) {
    return ct_guard([&] { *out = ct_new(self->any(dim, keepdim)); });
}

CT_API int32_t ct_all_dim(TensorHandle self, int64_t dim, bool keepdim, TensorHandle* out) {
    return ct_guard([&] { *out = ct_new(self->all(dim, keepdim)); });
}

CT_API int32_t ct_argmax(TensorHandle self, TensorHandle* out) {
    return ct_guard([&] { *out = ct_new(self->argmax()); });
}

CT_API int32_t ct_argmin(TensorHandle self, TensorHandle* out) {
    return ct_guard([&] { *out = ct_new(self->argmin()); });
}

CT_API int32_t ct_argmax_dim(TensorHandle self, int64_t dim, bool keepdim, TensorHandle* out) {
    return ct_guard([&] { *out = ct_new(self->argmax(dim, keepdim)); });
}

CT_API int32_t ct_argmin_dim(TensorHandle self, int64_t dim, bool keepdim, TensorHandle* out) {
    return ct_guard([&] { *out = ct_new(self->argmin(dim, keepdim)); });
}

namespace {
void store_pair(const std::tuple<at::Tensor, at::Tensor>& pair, TensorHandle* first, TensorHandle* second) {
    *first = ct_new(std::get<0>(pair));
    *second = ct_new(std::get<1>(pair));
}
}  // namespace

CT_API int32_t ct_max_dim(TensorHandle self, int64_t dim, bool keepdim, TensorHandle* values, TensorHandle* indices) {
    return ct_guard([&] { store_pair(self->max(dim, keepdim), values, indices); });
}

CT_API int32_t ct_min_dim(TensorHandle self, int64_t dim, bool keepdim, TensorHandle* values, TensorHandle* indices) {
    return ct_guard([&] { store_pair(self->min(dim, keepdim), values, indices); });
}

CT_API int32_t ct_topk(TensorHandle self, int64_t k, int64_t dim, bool largest, bool sorted, TensorHandle* values,
                       TensorHandle* indices) {
    return ct_guard([&] { store_pair(self->topk(k, dim, largest, sorted), values, indices); });
}

CT_API int32_t ct_sort(TensorHandle self, int64_t dim, bool descending, bool stable, TensorHandle* values,
                       TensorHandle* indices) {
    return ct_guard([&] { store_pair(at::sort(*self, Optional<bool>(stable), dim, descending), values, indices); });
}

CT_API int32_t ct_searchsorted(TensorHandle sorted, TensorHandle values, bool out_int32, bool right,
                               TensorHandle sorter, TensorHandle* out) {
    return ct_guard([&] {
        *out = ct_new(at::searchsorted(*sorted, *values, out_int32, right, {}, or_undefined(sorter)));
    });
}

// Without a dimension the values are those of the flattened tensor.
CT_API int32_t ct_unique(TensorHandle self, bool sorted, bool return_inverse, bool return_counts, bool has_dim,
                         int64_t dim, TensorHandle* values, TensorHandle* inverse, TensorHandle* counts) {
    return ct_guard([&] {
        const auto result = has_dim ? at::unique_dim(*self, dim, sorted, return_inverse, return_counts)
                                    : at::_unique2(*self, sorted, return_inverse, return_counts);
        *values = ct_new(std::get<0>(result));
        *inverse = ct_new(std::get<1>(result));
        *counts = ct_new(std::get<2>(result));
    });
}
