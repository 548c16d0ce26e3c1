// Differentiation: modes, gradients, backward, and the moment at which a gradient is ready.
#include "marshal.h"

#include <ATen/core/grad_mode.h>
#include <c10/core/InferenceMode.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/function_hook.h>
#include <torch/csrc/autograd/variable.h>

#include <memory>

CT_API int32_t ct_grad_enabled(int32_t* out) {
    return ct_guard([&] { *out = at::GradMode::is_enabled() ? 1 : 0; });
}

CT_API int32_t ct_set_grad_enabled(bool enabled) {
    return ct_guard([&] { at::GradMode::set_enabled(enabled); });
}

CT_API int32_t ct_inference_mode_enter(bool enabled, void** guard) {
    return ct_guard([&] { *guard = new c10::InferenceMode(enabled); });
}

// On the thread that entered, in the reverse order of entering.
CT_API int32_t ct_inference_mode_leave(void* guard) {
    return ct_guard([&] { delete static_cast<c10::InferenceMode*>(guard); });
}

CT_API int32_t ct_requires_grad(TensorHandle self, int32_t* out) {
    return ct_guard([&] { *out = self->requires_grad() ? 1 : 0; });
}

CT_API int32_t ct_set_requires_grad(TensorHandle self, bool requires_grad) {
    return ct_guard([&] { self->set_requires_grad(requires_grad); });
}

CT_API int32_t ct_is_leaf(TensorHandle self, int32_t* out) {
    return ct_guard([&] { *out = self->is_leaf() ? 1 : 0; });
}

// A null handle when there is no gradient.
CT_API int32_t ct_grad(TensorHandle self, TensorHandle* out) {
    return ct_guard([&] {
        const at::Tensor& grad = self->grad();
        *out = grad.defined() ? ct_new(grad) : nullptr;
    });
}

CT_API int32_t ct_set_grad(TensorHandle self, TensorHandle grad) {
    return ct_guard([&] {
        at::Tensor value = or_undefined(grad);
        if (value.defined()) {
            TORCH_CHECK(value.sizes() == self->sizes(), "the gradient's shape ", value.sizes(),
                        " must be that of the tensor, ", self->sizes());
            TORCH_CHECK(value.scalar_type() == self->scalar_type() && value.device() == self->device(),
                        "the gradient must have the type and the device of the tensor");
        }
        self->mutable_grad() = std::move(value);
    });
}

// Puts other memory, which may be of another type or on another device, under the same leaf.
CT_API int32_t ct_set_data(TensorHandle self, TensorHandle data) {
    return ct_guard([&] { self->set_data(*data); });
}

CT_UNARY(detach)
CT_UNARY_IN_PLACE(detach_)

CT_API int32_t ct_backward(TensorHandle self, const TensorHandle* gradients, int64_t gradient_count, bool retain_graph,
                           bool create_graph, const TensorHandle* inputs, int64_t input_count) {
    return ct_guard([&] {
        torch::autograd::backward({*self}, to_list(gradients, gradient_count), retain_graph, create_graph,
                                  to_list(inputs, input_count));
    });
}

// From several tensors at once; an absent gradient stands for 1, of a scalar.
CT_API int32_t ct_backward_from(const TensorHandle* roots, const TensorHandle* gradients, int64_t count) {
    return ct_guard([&] { torch::autograd::backward(to_list(roots, count), to_list(gradients, count)); });
}

using GradientCallback = void (*)(void* context, int32_t index);

namespace {
struct ReadyHook : torch::autograd::FunctionPostHook {
    ReadyHook(GradientCallback callback, void* context, int32_t index)
        : callback(callback), context(context), index(index) {}

    torch::autograd::variable_list operator()(const torch::autograd::variable_list& outputs,
                                              const torch::autograd::variable_list&) override {
        callback(context, index);
        return outputs;
    }

    GradientCallback callback;
    void* context;
    int32_t index;
};

// The accumulator is held here, because a tensor itself only holds it weakly and the hook lives on it.
struct Registration {
    std::shared_ptr<torch::autograd::Node> accumulator;
    uintptr_t key;
};
}  // namespace

// Calls back on the thread that accumulates, after each accumulation into self.grad. The callback must not throw.
CT_API int32_t ct_gradient_hook_add(TensorHandle self, GradientCallback callback, void* context, int32_t index,
                                    void** registration) {
    return ct_guard([&] {
        TORCH_CHECK(self->is_leaf() && self->requires_grad(), "only a leaf that requires a gradient accumulates one");
        auto accumulator = torch::autograd::impl::grad_accumulator(*self);
        const uintptr_t key = accumulator->add_post_hook(std::make_unique<ReadyHook>(callback, context, index));
        *registration = new Registration{std::move(accumulator), key};
    });
}

CT_API int32_t ct_gradient_hook_remove(void* registration) {
    return ct_guard([&] {
        const std::unique_ptr<Registration> owned(static_cast<Registration*>(registration));
        owned->accumulator->del_post_hook(owned->key);
    });
}
