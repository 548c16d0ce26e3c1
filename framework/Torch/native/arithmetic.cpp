// Elementwise arithmetic, comparisons and matrix products.
#include "marshal.h"

#include <string>

CT_UNARY(abs)
CT_UNARY(neg)
CT_UNARY(exp)
CT_UNARY(log)
CT_UNARY(log1p)
CT_UNARY(sqrt)
CT_UNARY(rsqrt)
CT_UNARY(sin)
CT_UNARY(cos)
CT_UNARY(tanh)
CT_UNARY(sigmoid)
CT_UNARY(relu)
CT_UNARY(sign)
CT_UNARY(isnan)
CT_UNARY(isinf)
CT_UNARY(isfinite)
CT_UNARY(logical_not)
CT_UNARY_IN_PLACE(exp_)
CT_UNARY_IN_PLACE(sqrt_)
CT_UNARY_IN_PLACE(relu_)

CT_BINARY(eq)
CT_BINARY(ne)
CT_BINARY(lt)
CT_BINARY(le)
CT_BINARY(gt)
CT_BINARY(ge)
CT_BINARY_SCALAR(eq)
CT_BINARY_SCALAR(ne)
CT_BINARY_SCALAR(lt)
CT_BINARY_SCALAR(le)
CT_BINARY_SCALAR(gt)
CT_BINARY_SCALAR(ge)

CT_BINARY(mul)
CT_BINARY(pow)
CT_BINARY(matmul)
CT_BINARY(mm)
CT_BINARY(bmm)
CT_BINARY(outer)
CT_BINARY(maximum)
CT_BINARY(minimum)
CT_BINARY_SCALAR(mul)
CT_BINARY_SCALAR(pow)

CT_API int32_t ct_add(TensorHandle self, TensorHandle other, ct_scalar alpha, TensorHandle* out) {
    return ct_guard([&] { *out = ct_new(self->add(*other, to_scalar(alpha))); });
}

CT_API int32_t ct_add_scalar(TensorHandle self, ct_scalar other, ct_scalar alpha, TensorHandle* out) {
    return ct_guard([&] { *out = ct_new(self->add(to_scalar(other), to_scalar(alpha))); });
}

CT_API int32_t ct_add_(TensorHandle self, TensorHandle other, ct_scalar alpha) {
    return ct_guard([&] { self->add_(*other, to_scalar(alpha)); });
}

CT_API int32_t ct_add_scalar_(TensorHandle self, ct_scalar other, ct_scalar alpha) {
    return ct_guard([&] { self->add_(to_scalar(other), to_scalar(alpha)); });
}

CT_API int32_t ct_sub(TensorHandle self, TensorHandle other, TensorHandle* out) {
    return ct_guard([&] { *out = ct_new(self->sub(*other)); });
}

CT_API int32_t ct_sub_scalar(TensorHandle self, ct_scalar other, TensorHandle* out) {
    return ct_guard([&] { *out = ct_new(self->sub(to_scalar(other))); });
}

// other - self
CT_API int32_t ct_rsub_scalar(TensorHandle self, ct_scalar other, TensorHandle* out) {
    return ct_guard([&] { *out = ct_new(at::rsub(*self, to_scalar(other))); });
}

CT_API int32_t ct_sub_(TensorHandle self, TensorHandle other) {
    return ct_guard([&] { self->sub_(*other); });
}

CT_API int32_t ct_sub_scalar_(TensorHandle self, ct_scalar other) {
    return ct_guard([&] { self->sub_(to_scalar(other)); });
}

CT_API int32_t ct_mul_(TensorHandle self, TensorHandle other) {
    return ct_guard([&] { self->mul_(*other); });
}

CT_API int32_t ct_mul_scalar_(TensorHandle self, ct_scalar other) {
    return ct_guard([&] { self->mul_(to_scalar(other)); });
}

namespace {
// The rounding of a division: 0 none, 1 towards zero, 2 down.
Optional<c10::string_view> to_rounding(int32_t rounding) {
    if (rounding == 1) {
        return c10::string_view("trunc");
    }
    if (rounding == 2) {
        return c10::string_view("floor");
    }
    return {};
}
}  // namespace

CT_API int32_t ct_div(TensorHandle self, TensorHandle other, int32_t rounding, TensorHandle* out) {
    return ct_guard([&] { *out = ct_new(self->div(*other, to_rounding(rounding))); });
}

CT_API int32_t ct_div_scalar(TensorHandle self, ct_scalar other, int32_t rounding, TensorHandle* out) {
    return ct_guard([&] { *out = ct_new(self->div(to_scalar(other), to_rounding(rounding))); });
}

// other / self
CT_API int32_t ct_rdiv_scalar(TensorHandle self, ct_scalar other, TensorHandle* out) {
    return ct_guard([&] { *out = ct_new(self->reciprocal().mul(to_scalar(other))); });
}

CT_API int32_t ct_div_(TensorHandle self, TensorHandle other, int32_t rounding) {
    return ct_guard([&] { self->div_(*other, to_rounding(rounding)); });
}

CT_API int32_t ct_div_scalar_(TensorHandle self, ct_scalar other, int32_t rounding) {
    return ct_guard([&] { self->div_(to_scalar(other), to_rounding(rounding)); });
}

CT_API int32_t ct_pow_(TensorHandle self, TensorHandle exponent) {
    return ct_guard([&] { self->pow_(*exponent); });
}

CT_API int32_t ct_pow_scalar_(TensorHandle self, ct_scalar exponent) {
    return ct_guard([&] { self->pow_(to_scalar(exponent)); });
}

CT_API int32_t ct_clamp(TensorHandle self, ct_scalar min, ct_scalar max, TensorHandle* out) {
    return ct_guard([&] { *out = ct_new(self->clamp(to_optional_scalar(min), to_optional_scalar(max))); });
}

CT_API int32_t ct_clamp_(TensorHandle self, ct_scalar min, ct_scalar max) {
    return ct_guard([&] { self->clamp_(to_optional_scalar(min), to_optional_scalar(max)); });
}

namespace {
Optional<at::Tensor> to_optional_tensor(TensorHandle handle) {
    if (handle == nullptr) {
        return {};
    }
    return *handle;
}
}  // namespace

CT_API int32_t ct_clamp_tensor(TensorHandle self, TensorHandle min, TensorHandle max, TensorHandle* out) {
    return ct_guard([&] { *out = ct_new(self->clamp(to_optional_tensor(min), to_optional_tensor(max))); });
}

CT_API int32_t ct_clamp_tensor_(TensorHandle self, TensorHandle min, TensorHandle max) {
    return ct_guard([&] { self->clamp_(to_optional_tensor(min), to_optional_tensor(max)); });
}

CT_API int32_t ct_nan_to_num(TensorHandle self, double nan, ct_scalar positive, ct_scalar negative, TensorHandle* out) {
    return ct_guard([&] {
        const auto number = [](ct_scalar value) {
            return value.kind < 0 ? Optional<double>() : Optional<double>(to_scalar(value).toDouble());
        };
        *out = ct_new(self->nan_to_num(nan, number(positive), number(negative)));
    });
}

CT_API int32_t ct_addcdiv_(TensorHandle self, TensorHandle numerator, TensorHandle denominator, ct_scalar value) {
    return ct_guard([&] { self->addcdiv_(*numerator, *denominator, to_scalar(value)); });
}

CT_API int32_t ct_addcmul_(TensorHandle self, TensorHandle first, TensorHandle second, ct_scalar value) {
    return ct_guard([&] { self->addcmul_(*first, *second, to_scalar(value)); });
}

CT_API int32_t ct_lerp_(TensorHandle self, TensorHandle end, TensorHandle weight) {
    return ct_guard([&] { self->lerp_(*end, *weight); });
}

CT_API int32_t ct_addmm(TensorHandle self, TensorHandle left, TensorHandle right, double beta, double alpha,
                        TensorHandle* out) {
    return ct_guard([&] { *out = ct_new(self->addmm(*left, *right, beta, alpha)); });
}

CT_API int32_t ct_baddbmm(TensorHandle self, TensorHandle left, TensorHandle right, double beta, double alpha,
                          TensorHandle* out) {
    return ct_guard([&] { *out = ct_new(self->baddbmm(*left, *right, beta, alpha)); });
}

CT_API int32_t ct_einsum(const char* equation, const TensorHandle* operands, int64_t count, TensorHandle* out) {
    return ct_guard([&] { *out = ct_new(at::einsum(equation, to_list(operands, count))); });
}

CT_API int32_t ct_where(TensorHandle condition, TensorHandle x, TensorHandle y, TensorHandle* out) {
    return ct_guard([&] { *out = ct_new(at::where(*condition, *x, *y)); });
}

CT_API int32_t ct_allclose(TensorHandle self, TensorHandle other, double rtol, double atol, bool equal_nan,
                           int32_t* out) {
    return ct_guard([&] { *out = self->allclose(*other, rtol, atol, equal_nan) ? 1 : 0; });
}
