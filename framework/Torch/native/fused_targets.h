// Where a fused backward pass leaves a parameter's gradient: in a new tensor handed to autograd, or added into a tensor that the
// caller named, which spares a pass over the parameter. In the second case autograd gets an undefined gradient.
#pragma once

#include "fused_kernels.h"

#include <torch/torch.h>

#include <vector>

namespace fused {

// One entry a parameter; an undefined tensor stands for "through autograd".
class GradTargets {
public:
    explicit GradTargets(std::vector<at::Tensor> targets) : targets_(std::move(targets)) {}

    const std::vector<at::Tensor>& list() const { return targets_; }
    const at::Tensor& operator[](size_t index) const { return targets_[index]; }

private:
    std::vector<at::Tensor> targets_;
};

// The memory that one gradient is computed into.
class GradOutput {
public:
    GradOutput(const at::Tensor& target, at::IntArrayRef sizes, const at::TensorOptions& options) : named_(target.defined()) {
        TORCH_CHECK(!named_ || (target.device().is_cpu() && target.scalar_type() == at::kFloat && target.is_contiguous() &&
                                target.sizes() == sizes),
                    "a gradient target must be a contiguous float32 CPU tensor of shape ", sizes, ", got ", target.sizes());
        tensor_ = named_ ? target : at::empty(sizes, options);
    }

    float* data() const { return tensor_.data_ptr<float>(); }
    Destination destination() const { return named_ ? Destination::accumulate : Destination::overwrite; }
    // For gradients that are only ever added to.
    float* data_to_add() const {
        if (!named_) tensor_.zero_();
        return data();
    }
    at::Tensor to_return() const { return named_ ? at::Tensor() : tensor_; }

private:
    bool named_;
    at::Tensor tensor_;
};

// Hands over a gradient that is already computed.
inline at::Tensor deliver(const at::Tensor& gradient, const at::Tensor& target) {
    if (!target.defined()) return gradient;
    target.add_(gradient);
    return {};
}

// libtorch's functions take no undefined tensors: an absent one goes in as an empty one.
inline at::Tensor absent_as_empty(const at::Tensor& tensor) { return tensor.defined() ? tensor : at::empty({0}); }
inline at::Tensor empty_as_absent(const at::Tensor& tensor) { return tensor.numel() == 0 ? at::Tensor() : tensor; }

// The fused gradients are numbers without a graph: a derivative of them would silently be zero.
inline void refuse_second_derivative() {
    TORCH_CHECK(!at::GradMode::is_enabled(), "the fused functions have no second derivative: run backward without create_graph");
}

} // namespace fused
