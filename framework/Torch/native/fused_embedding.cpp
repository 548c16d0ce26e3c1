// An embedding whose gradient goes row by row into its destination, in the order of the indices: no dense tensor of zeros, no
// second addition.
#include "fused_gemm.h"
#include "fused_targets.h"
#include "marshal.h"

namespace {

using at::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::Variable;
using torch::autograd::variable_list;

enum Input { kWeight, kIndices, kInputs };

struct FusedEmbedding : torch::autograd::Function<FusedEmbedding> {
    static Variable forward(AutogradContext* ctx, const Variable& weight, const Variable& indices, const fused::GradTargets& targets) {
        TORCH_CHECK(weight.device().is_cpu() && weight.scalar_type() == at::kFloat && weight.dim() == 2,
                    "fused_embedding: weight must be a float32 CPU matrix");
        TORCH_CHECK(indices.device().is_cpu() && indices.scalar_type() == at::kLong,
                    "fused_embedding: indices must be an int64 CPU tensor");
        const Tensor flat = indices.reshape({-1}).clone();
        std::vector<int64_t> sizes = indices.sizes().vec();
        sizes.push_back(weight.size(1));
        const Tensor rows = weight.index_select(0, flat).reshape(sizes); // refuses indices out of range
        ctx->save_for_backward({flat});
        ctx->saved_data["targets"] = targets.list();
        ctx->saved_data["sizes"] = weight.sizes().vec();
        return rows;
    }

    static variable_list backward(AutogradContext* ctx, variable_list grads) {
        fused::refuse_second_derivative();
        const Tensor flat = ctx->get_saved_variables()[0];
        const std::vector<int64_t> sizes = ctx->saved_data["sizes"].toIntVector();
        const fused::GradTargets targets(ctx->saved_data["targets"].toTensorVector());
        variable_list result(kInputs + 1); // the gradient targets have none
        if (!ctx->needs_input_grad(kWeight)) return result;

        const Tensor gradient = grads[0].contiguous();
        const fused::GradOutput out(targets[0], sizes, gradient.options());
        float* destination = out.data_to_add();
        const int64_t width = sizes[1], count = flat.numel();
        const int64_t* ids = flat.data_ptr<int64_t>();
        fused::for_shares(width, 4.0 * count * width, [&](int64_t first, int64_t last) {
            for (int64_t i = 0; i < count; i++)
                fused::kernels().add_scaled(gradient.data_ptr<float>() + i * width + first, 1, last - first,
                                            destination + ids[i] * width + first);
        });
        result[kWeight] = out.to_return();
        return result;
    }
};

} // namespace

// Rows of weight [V,D] at int64 indices of any shape: [..., D]. For the gradient target see ct_fused_lstm.
CT_API int32_t ct_fused_embedding(TensorHandle weight, TensorHandle indices, TensorHandle weight_target, TensorHandle* rows) {
    return ct_guard([&] {
        const fused::GradTargets targets({or_undefined(weight_target)});
        *rows = ct_new(FusedEmbedding::apply(*weight, *indices, targets));
    });
}
