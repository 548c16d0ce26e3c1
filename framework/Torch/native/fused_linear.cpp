// A linear layer over rows of which the first may be constants, with the ReLU behind it where one is asked for. The constants need
// no joining with the rest and get no gradient; the weight may be a range of a larger matrix's rows.
#include "fused_gemm.h"
#include "fused_targets.h"
#include "marshal.h"

namespace {

using at::Tensor;
using fused::MatrixView;
using torch::autograd::AutogradContext;
using torch::autograd::Variable;
using torch::autograd::variable_list;

enum Input { kConstants, kX, kWeight, kBias, kInputs };

// Rows [first, first + count) of a weight.
struct RowRange {
    int64_t first, count;
};

void check(const Tensor& constants, const Tensor& x, const Tensor& weight, const Tensor& bias, RowRange rows) {
    for (const Tensor* each : {&constants, &x, &weight, &bias})
        TORCH_CHECK(!each->defined() || (each->device().is_cpu() && each->scalar_type() == at::kFloat),
                    "fused_linear: all tensors must be float32 on the CPU");
    TORCH_CHECK(weight.dim() == 2 && weight.is_contiguous() && x.dim() >= 1 && x.size(-1) == weight.size(1) && rows.first >= 0 &&
                    rows.count > 0 && rows.first + rows.count <= weight.size(0) &&
                    (!bias.defined() || (bias.dim() == 1 && bias.is_contiguous() && bias.size(0) == rows.count)) &&
                    (!constants.defined() || (constants.dim() == x.dim() && constants.sizes().slice(1) == x.sizes().slice(1))),
                "fused_linear: shapes ", x.sizes(), " and ", weight.sizes(), " with rows from ", rows.first, " to ", rows.first + rows.count,
                " do not fit");
}

struct FusedLinear : torch::autograd::Function<FusedLinear> {
    static Variable forward(AutogradContext* ctx, const Variable& constants_or_empty, const Variable& x, const Variable& weight,
                            const Variable& bias_or_empty, RowRange rows, bool relu, const fused::GradTargets& targets, bool recording) {
        const Tensor constants = fused::empty_as_absent(constants_or_empty), bias = fused::empty_as_absent(bias_or_empty);
        check(constants, x, weight, bias, rows);
        const Tensor xs = x.contiguous(), cs = constants.defined() ? constants.contiguous() : Tensor();
        const int64_t inputs = weight.size(1), ahead = cs.defined() ? cs.numel() / inputs : 0, behind = xs.numel() / inputs;
        std::vector<int64_t> sizes = x.sizes().vec();
        sizes.front() += cs.defined() ? cs.size(0) : 0;
        sizes.back() = rows.count;
        const Tensor y = at::empty(sizes, xs.options().requires_grad(false));
        const MatrixView factor = MatrixView{weight.data_ptr<float>() + rows.first * inputs, inputs, 1}.transposed();
        const auto multiply = [&](const Tensor& from, int64_t count, float* to) {
            fused::Product product{{from.data_ptr<float>(), inputs, 1}, factor, count, rows.count, inputs, to, rows.count};
            product.bias = bias.defined() ? bias.data_ptr<float>() : nullptr;
            fused::multiply(product);
        };
        if (ahead > 0) multiply(cs, ahead, y.data_ptr<float>());
        multiply(xs, behind, y.data_ptr<float>() + ahead * rows.count);
        if (relu) y.relu_();
        if (recording) {
            ctx->save_for_backward({cs, xs, weight, relu ? y : Tensor()});
            ctx->saved_data["targets"] = targets.list();
            ctx->saved_data["first"] = rows.first;
            ctx->saved_data["bias"] = bias.defined();
        }
        return y;
    }

    static variable_list backward(AutogradContext* ctx, variable_list grads) {
        fused::refuse_second_derivative();
        const variable_list saved = ctx->get_saved_variables();
        const Tensor &cs = saved[0], &xs = saved[1], &weight = saved[2], &activation = saved[3];
        const fused::GradTargets targets(ctx->saved_data["targets"].toTensorVector());
        const int64_t first = ctx->saved_data["first"].toInt(), inputs = weight.size(1), count = grads[0].size(-1);
        const int64_t ahead = cs.defined() ? cs.numel() / inputs : 0, behind = xs.numel() / inputs;
        const Tensor gradient = activation.defined() ? at::threshold_backward(grads[0], activation, 0).contiguous() : grads[0].contiguous();
        const float* all = gradient.data_ptr<float>();
        const MatrixView of_x{all + ahead * count, count, 1}, of_constants{all, count, 1};

        variable_list result(kInputs + 4); // the range, the ReLU, the targets and the flag have none
        if (ctx->needs_input_grad(kX)) {
            result[kX] = at::empty_like(xs);
            fused::multiply({of_x, {weight.data_ptr<float>() + first * inputs, inputs, 1}, behind, inputs, count, result[kX].data_ptr<float>(),
                             inputs});
        }
        if (ctx->needs_input_grad(kWeight)) {
            const fused::GradOutput out(targets[0], weight.sizes(), weight.options().requires_grad(false));
            float* to = out.data_to_add() + first * inputs;
            const auto add = [&](MatrixView part, const Tensor& factor, int64_t rows) {
                fused::multiply({part.transposed(), {factor.data_ptr<float>(), inputs, 1}, count, inputs, rows, to, inputs, 1,
                                 fused::Destination::accumulate});
            };
            if (ahead > 0) add(of_constants, cs, ahead);
            add(of_x, xs, behind);
            result[kWeight] = out.to_return();
        }
        if (ctx->saved_data["bias"].toBool() && ctx->needs_input_grad(kBias)) {
            const fused::GradOutput out(targets[1], {count}, weight.options().requires_grad(false));
            fused::add_column_sums(all, ahead + behind, count, 1, out.data_to_add());
            result[kBias] = out.to_return();
        }
        return result;
    }
};

} // namespace

// y [M + T, ..., count] = [constants [M, ..., I]; x [T, ..., I]] times rows [first, first + count) of weight [V,I], transposed, plus
// bias [count], and ReLU. For the gradient targets see ct_fused_lstm.
CT_API int32_t ct_fused_linear(TensorHandle constants, TensorHandle x, TensorHandle weight, TensorHandle bias, int64_t first, int64_t count,
                               bool relu, TensorHandle weight_target, TensorHandle bias_target, TensorHandle* y) {
    return ct_guard([&] {
        const fused::GradTargets targets({or_undefined(weight_target), or_undefined(bias_target)});
        *y = ct_new(FusedLinear::apply(fused::absent_as_empty(or_undefined(constants)), *x, *weight,
                                       fused::absent_as_empty(or_undefined(bias)), RowRange{first, count}, relu, targets,
                                       at::GradMode::is_enabled()));
    });
}
