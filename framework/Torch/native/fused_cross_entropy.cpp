// A linear layer with the cross entropy behind it. The logits are the only [rows, vocabulary] buffer: where a gradient will be
// asked for, the forward pass turns them in place into the gradient of the mean loss, (softmax - one hot) / rows.
#include "fused_gemm.h"
#include "fused_targets.h"
#include "marshal.h"

namespace {

using at::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::Variable;
using torch::autograd::variable_list;

struct Decoder {
    Tensor hidden, weight, bias, targets; // [N,D], [V,D], [V], int64 [N], all contiguous

    Decoder(const Tensor& h, const Tensor& w, const Tensor& b, const Tensor& t)
        : hidden(h.contiguous()), weight(w.contiguous()), bias(b.contiguous()), targets(t.contiguous()) {
        for (const Tensor* each : {&hidden, &weight, &bias})
            TORCH_CHECK(each->device().is_cpu() && each->scalar_type() == at::kFloat,
                        "fused_cross_entropy: hidden, weight and bias must be float32 CPU tensors");
        TORCH_CHECK(targets.device().is_cpu() && targets.scalar_type() == at::kLong,
                    "fused_cross_entropy: targets must be an int64 CPU tensor");
        TORCH_CHECK(hidden.dim() == 2 && weight.dim() == 2 && hidden.size(1) == weight.size(1) && bias.dim() == 1 &&
                        bias.size(0) == weight.size(0) && targets.dim() == 1 && targets.size(0) == hidden.size(0),
                    "fused_cross_entropy: shapes ", hidden.sizes(), ", ", weight.sizes(), ", ", bias.sizes(), ", ", targets.sizes(),
                    " are not [N,D], [V,D], [V], [N]");
        TORCH_CHECK(rows() > 0 && vocabulary() > 0, "fused_cross_entropy: no rows or an empty vocabulary");
        const int64_t* ids = targets.data_ptr<int64_t>();
        for (int64_t i = 0; i < rows(); i++)
            TORCH_CHECK(ids[i] >= 0 && ids[i] < vocabulary(), "fused_cross_entropy: target ", ids[i], " is outside [0, ", vocabulary(),
                        ")");
    }

    int64_t rows() const { return hidden.size(0); }
    int64_t width() const { return hidden.size(1); }
    int64_t vocabulary() const { return weight.size(0); }
};

// Nats of the rows [first, first + count), summed in their order. `logits` has room for them; with a gradient scale other than
// zero it ends up as (softmax - one hot) * scale.
double nats(const Decoder& d, int64_t first, int64_t count, float* logits, float scale) {
    const int64_t vocabulary = d.vocabulary(), width = d.width();
    fused::Product product{{d.hidden.data_ptr<float>() + first * width, width, 1}, {d.weight.data_ptr<float>(), 1, width},
                           count, vocabulary, width, logits, vocabulary};
    product.bias = d.bias.data_ptr<float>();
    fused::multiply(product);

    std::vector<double> each(count);
    const int64_t* targets = d.targets.data_ptr<int64_t>() + first;
    constexpr double kOperationsPerLogit = 30;
    fused::for_shares(count, kOperationsPerLogit * count * vocabulary, [&](int64_t from, int64_t to) {
        for (int64_t i = from; i < to; i++) {
            float* row = logits + i * vocabulary;
            const double right = row[targets[i]];
            each[i] = fused::kernels().log_sum_exp(row, vocabulary, scale != 0, scale) - right;
            if (scale != 0) row[targets[i]] -= scale;
        }
    });
    double total = 0;
    for (const double one : each) total += one;
    return total;
}

enum Input { kHidden, kWeight, kBias, kTargets, kInputs };

struct FusedCrossEntropy : torch::autograd::Function<FusedCrossEntropy> {
    static Variable forward(AutogradContext* ctx, const Variable& hidden, const Variable& weight, const Variable& bias,
                            const Variable& targets, const fused::GradTargets& grads, bool recording) {
        const Decoder d(hidden, weight, bias, targets);
        const Tensor logits = at::empty({d.rows(), d.vocabulary()}, d.hidden.options().requires_grad(false));
        const double total = nats(d, 0, d.rows(), logits.data_ptr<float>(), recording ? 1.0f / d.rows() : 0.0f);
        if (recording) {
            ctx->save_for_backward({d.hidden, d.weight, logits});
            ctx->saved_data["targets"] = grads.list();
        }
        return at::scalar_tensor(total / d.rows(), logits.options());
    }

    static variable_list backward(AutogradContext* ctx, variable_list grads) {
        fused::refuse_second_derivative();
        const variable_list saved = ctx->get_saved_variables();
        const Tensor &hidden = saved[0], &weight = saved[1], &logit_grad = saved[2];
        const fused::GradTargets targets(ctx->saved_data["targets"].toTensorVector());
        const int64_t rows = hidden.size(0), width = hidden.size(1), vocabulary = weight.size(0);
        const float scale = grads[0].item<float>();
        const fused::MatrixView gradient{logit_grad.data_ptr<float>(), vocabulary, 1};

        variable_list result(kInputs + 2); // the gradient targets and the flag have none
        if (ctx->needs_input_grad(kHidden)) {
            result[kHidden] = at::empty_like(hidden);
            fused::multiply({gradient, {weight.data_ptr<float>(), width, 1}, rows, width, vocabulary, result[kHidden].data_ptr<float>(),
                             width, scale});
        }
        if (ctx->needs_input_grad(kWeight)) {
            const fused::GradOutput out(targets[0], weight.sizes(), weight.options().requires_grad(false));
            fused::multiply({gradient.transposed(), {hidden.data_ptr<float>(), width, 1}, vocabulary, width, rows, out.data(), width,
                             scale, out.destination()});
            result[kWeight] = out.to_return();
        }
        if (ctx->needs_input_grad(kBias)) {
            const fused::GradOutput out(targets[1], {vocabulary}, weight.options().requires_grad(false));
            fused::add_column_sums(gradient.data, rows, vocabulary, scale, out.data_to_add());
            result[kBias] = out.to_return();
        }
        return result;
    }
};

} // namespace

// The mean cross entropy, in nats, of softmax(hidden weight' + bias) at the targets: hidden [N,D], weight [V,D], bias [V], targets
// int64 [N]. For the gradient targets see ct_fused_lstm.
CT_API int32_t ct_fused_cross_entropy(TensorHandle hidden, TensorHandle weight, TensorHandle bias, TensorHandle targets,
                                      TensorHandle weight_target, TensorHandle bias_target, TensorHandle* loss) {
    return ct_guard([&] {
        const bool recording =
            at::GradMode::is_enabled() && (hidden->requires_grad() || weight->requires_grad() || bias->requires_grad());
        const fused::GradTargets grads({or_undefined(weight_target), or_undefined(bias_target)});
        *loss = ct_new(FusedCrossEntropy::apply(*hidden, *weight, *bias, *targets, grads, recording));
    });
}

// The sum of the cross entropies of all rows in double, for evaluation: no gradient, and memory for a few hundred rows of logits.
CT_API int32_t ct_fused_cross_entropy_nats(TensorHandle hidden, TensorHandle weight, TensorHandle bias, TensorHandle targets,
                                           double* sum) {
    return ct_guard([&] {
        at::NoGradGuard no_grad;
        const Decoder d(*hidden, *weight, *bias, *targets);
        constexpr int64_t kRowsAtOnce = 420;
        const Tensor logits = at::empty({std::min(kRowsAtOnce, d.rows()), d.vocabulary()}, d.hidden.options().requires_grad(false));
        double total = 0;
        for (int64_t first = 0; first < d.rows(); first += kRowsAtOnce)
            total += nats(d, first, std::min(kRowsAtOnce, d.rows() - first), logits.data_ptr<float>(), 0);
        *sum = total;
    });
}
