// The cross entropy of one cluster of an adaptive softmax: a range of a table's rows, with more rows behind them where it is the
// head. As in fused_cross_entropy.cpp, the logits are turned in place into their gradient.
#include "fused_gemm.h"
#include "fused_targets.h"
#include "marshal.h"

namespace {

using at::Tensor;
using fused::MatrixView;
using torch::autograd::AutogradContext;
using torch::autograd::Variable;
using torch::autograd::variable_list;

enum Input { kHidden, kWeight, kBias, kMoreWeight, kMoreBias, kTargets, kInputs };

struct Cluster {
    Tensor hidden, weight, bias, more_weight, more_bias, targets; // [N,D], [V,D], [V], [E,D], [E], int64 [N]
    int64_t first, count;

    Cluster(const Tensor& h, const Tensor& w, const Tensor& b, const Tensor& mw, const Tensor& mb, const Tensor& t, int64_t f, int64_t c)
        : hidden(h.contiguous()), weight(w), bias(b), more_weight(mw), more_bias(mb), targets(t.contiguous()), first(f), count(c) {
        for (const Tensor* each : {&hidden, &weight, &bias, &more_weight, &more_bias})
            TORCH_CHECK(!each->defined() || (each->device().is_cpu() && each->scalar_type() == at::kFloat && each->is_contiguous()),
                        "fused_cluster: hidden, weights and biases must be contiguous float32 CPU tensors");
        TORCH_CHECK(targets.device().is_cpu() && targets.scalar_type() == at::kLong, "fused_cluster: targets must be an int64 CPU tensor");
        TORCH_CHECK(hidden.dim() == 2 && weight.dim() == 2 && weight.size(1) == hidden.size(1) && bias.numel() == weight.size(0) &&
                        first >= 0 && count > 0 && first + count <= weight.size(0) && targets.numel() == hidden.size(0) &&
                        (!more_weight.defined() || (more_weight.dim() == 2 && more_weight.size(1) == hidden.size(1) && more_bias.defined() &&
                                                    more_bias.numel() == more_weight.size(0))),
                    "fused_cluster: shapes ", hidden.sizes(), ", ", weight.sizes(), ", ", bias.sizes(), " with rows from ", first, " to ",
                    first + count, " do not fit");
        const int64_t* ids = targets.data_ptr<int64_t>();
        for (int64_t i = 0; i < rows(); i++)
            TORCH_CHECK(ids[i] >= 0 && ids[i] < columns(), "fused_cluster: target ", ids[i], " is outside [0, ", columns(), ")");
    }

    int64_t rows() const { return hidden.size(0); }
    int64_t width() const { return hidden.size(1); }
    int64_t more() const { return more_weight.defined() ? more_weight.size(0) : 0; }
    int64_t columns() const { return count + more(); }
    const float* table() const { return weight.data_ptr<float>() + first * width(); }
};

// Nats of the rows [from, from + n) into `each`; with a gradient scale other than zero `logits` ends up as their gradient.
void nats(const Cluster& c, int64_t from, int64_t n, float* logits, float scale, float* each) {
    const int64_t columns = c.columns(), width = c.width();
    const MatrixView hidden{c.hidden.data_ptr<float>() + from * width, width, 1};
    fused::Product words{hidden, {c.table(), 1, width}, n, c.count, width, logits, columns};
    words.bias = c.bias.data_ptr<float>() + c.first;
    fused::multiply(words);
    if (c.more() > 0) {
        fused::Product rest{hidden, {c.more_weight.data_ptr<float>(), 1, width}, n, c.more(), width, logits + c.count, columns};
        rest.bias = c.more_bias.data_ptr<float>();
        fused::multiply(rest);
    }

    const int64_t* targets = c.targets.data_ptr<int64_t>() + from;
    constexpr double kOperationsPerLogit = 30;
    fused::for_shares(n, kOperationsPerLogit * n * columns, [&](int64_t start, int64_t end) {
        for (int64_t i = start; i < end; i++) {
            float* row = logits + i * columns;
            const double right = row[targets[i]];
            each[i] = static_cast<float>(fused::kernels().log_sum_exp(row, columns, scale != 0, scale) - right);
            if (scale != 0) row[targets[i]] -= scale;
        }
    });
}

struct ClusterEntropy : torch::autograd::Function<ClusterEntropy> {
    static variable_list forward(AutogradContext* ctx, const Variable& hidden, const Variable& weight, const Variable& bias,
                                 const Variable& more_weight_or_empty, const Variable& more_bias_or_empty, const Variable& targets, int64_t first,
                                 int64_t count, double scale, const fused::GradTargets& grads, bool recording) {
        const Tensor more_weight = fused::empty_as_absent(more_weight_or_empty), more_bias = fused::empty_as_absent(more_bias_or_empty);
        const Cluster c(hidden, weight, bias, more_weight, more_bias, targets, first, count);
        const auto options = c.hidden.options().requires_grad(false);
        constexpr int64_t kRowsAtOnce = 420;
        const int64_t at_once = recording ? c.rows() : std::min(kRowsAtOnce, c.rows());
        const Tensor logits = at::empty({at_once, c.columns()}, options), each = at::empty({c.rows()}, options);
        for (int64_t from = 0; from < c.rows(); from += at_once)
            nats(c, from, std::min(at_once, c.rows() - from), logits.data_ptr<float>(), recording ? static_cast<float>(scale) : 0,
                 each.data_ptr<float>() + from);
        double total = 0;
        for (int64_t i = 0; i < c.rows(); i++) total += each.data_ptr<float>()[i];
        if (recording) {
            ctx->save_for_backward({c.hidden, weight, more_weight, logits});
            ctx->saved_data["first"] = first;
            ctx->saved_data["count"] = count;
            ctx->saved_data["targets"] = grads.list();
        }
        ctx->mark_non_differentiable({each});
        return {at::scalar_tensor(total * scale, options), each};
    }

    static variable_list backward(AutogradContext* ctx, variable_list grads) {
        fused::refuse_second_derivative();
        const variable_list saved = ctx->get_saved_variables();
        const Tensor &hidden = saved[0], &weight = saved[1], &more_weight = saved[2], &logit_grad = saved[3];
        const fused::GradTargets targets(ctx->saved_data["targets"].toTensorVector());
        const int64_t first = ctx->saved_data["first"].toInt(), count = ctx->saved_data["count"].toInt();
        const int64_t rows = hidden.size(0), width = hidden.size(1), columns = logit_grad.size(1), more = columns - count;
        const float scale = grads[0].item<float>();
        const MatrixView words{logit_grad.data_ptr<float>(), columns, 1}, rest{logit_grad.data_ptr<float>() + count, columns, 1};
        const MatrixView input{hidden.data_ptr<float>(), width, 1};
        const auto options = hidden.options();

        variable_list result(kInputs + 5); // the range, the scale, the gradient targets and the flag have none
        if (ctx->needs_input_grad(kHidden)) {
            result[kHidden] = at::empty_like(hidden);
            float* to = result[kHidden].data_ptr<float>();
            fused::multiply({words, {weight.data_ptr<float>() + first * width, width, 1}, rows, width, count, to, width, scale});
            if (more > 0)
                fused::multiply({rest, {more_weight.data_ptr<float>(), width, 1}, rows, width, more, to, width, scale, fused::Destination::accumulate});
        }
        if (ctx->needs_input_grad(kWeight)) {
            const fused::GradOutput out(targets[0], weight.sizes(), options);
            fused::multiply({words.transposed(), input, count, width, rows, out.data_to_add() + first * width, width, scale,
                             fused::Destination::accumulate});
            result[kWeight] = out.to_return();
        }
        if (more > 0 && ctx->needs_input_grad(kMoreWeight)) {
            const fused::GradOutput out(targets[2], more_weight.sizes(), options);
            fused::multiply({rest.transposed(), input, more, width, rows, out.data_to_add(), width, scale, fused::Destination::accumulate});
            result[kMoreWeight] = out.to_return();
        }
        if (ctx->needs_input_grad(kBias)) {
            const Tensor sums = at::zeros({columns}, options);
            fused::add_column_sums(words.data, rows, columns, scale, sums.data_ptr<float>());
            const fused::GradOutput out(targets[1], {weight.size(0)}, options);
            fused::kernels().add_scaled(sums.data_ptr<float>(), 1, count, out.data_to_add() + first);
            result[kBias] = out.to_return();
            if (more > 0) result[kMoreBias] = fused::deliver(sums.narrow(0, count, more), targets[3]);
        }
        return result;
    }
};

} // namespace

// loss = scale times the sum of the cross entropies, in nats, of softmax(hidden [rows first to first + count of weight; more_weight]' +
// biases) at the targets; each [N] holds them row by row and has no gradient. For the gradient targets see ct_fused_lstm.
CT_API int32_t ct_fused_cluster_entropy(TensorHandle hidden, TensorHandle weight, TensorHandle bias, TensorHandle more_weight,
                                        TensorHandle more_bias, TensorHandle targets, int64_t first, int64_t count, double scale,
                                        TensorHandle weight_target, TensorHandle bias_target, TensorHandle more_weight_target,
                                        TensorHandle more_bias_target, TensorHandle* loss, TensorHandle* each) {
    return ct_guard([&] {
        const bool recording = at::GradMode::is_enabled() && (hidden->requires_grad() || weight->requires_grad() || bias->requires_grad());
        const fused::GradTargets grads({or_undefined(weight_target), or_undefined(bias_target), or_undefined(more_weight_target),
                                        or_undefined(more_bias_target)});
        variable_list result = ClusterEntropy::apply(*hidden, *weight, *bias, fused::absent_as_empty(or_undefined(more_weight)),
                                                     fused::absent_as_empty(or_undefined(more_bias)), *targets, first, count, scale, grads, recording);
        *loss = ct_new(std::move(result[0]));
        *each = ct_new(std::move(result[1]));
    });
}
