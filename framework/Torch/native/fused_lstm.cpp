// One LSTM layer over a whole sequence: one product for all input projections, one small product a time step against the packed
// recurrent weight with the gates computed at once, and one product for each weight gradient after the loop over time.
#include "fused_gemm.h"
#include "fused_targets.h"
#include "marshal.h"

namespace {

using at::Tensor;
using fused::Destination;
using fused::MatrixView;
using torch::autograd::AutogradContext;
using torch::autograd::Variable;
using torch::autograd::variable_list;

struct Shape {
    int64_t steps, batch, inputs, hidden;

    int64_t rows() const { return steps * batch; }
    int64_t gates() const { return 4 * hidden; }
    double step_operations() const { return 2.0 * batch * hidden * gates(); }
};

void check(const Tensor& t, const char* name, at::IntArrayRef sizes) {
    TORCH_CHECK(t.device().is_cpu() && t.scalar_type() == at::kFloat, "fused_lstm: ", name, " must be a float32 CPU tensor");
    TORCH_CHECK(t.sizes() == sizes, "fused_lstm: ", name, " has shape ", t.sizes(), ", expected ", sizes);
}

Shape check_all(const Tensor& x, const Tensor& h0, const Tensor& c0, const Tensor& w_ih, const Tensor& w_hh, const Tensor& b_ih,
                const Tensor& b_hh) {
    TORCH_CHECK(x.dim() == 3, "fused_lstm: x must be [time, batch, inputs], got ", x.sizes());
    TORCH_CHECK(w_hh.dim() == 2, "fused_lstm: w_hh must be [4 * hidden, hidden], got ", w_hh.sizes());
    const Shape s{x.size(0), x.size(1), x.size(2), w_hh.size(1)};
    TORCH_CHECK(s.steps > 0 && s.batch > 0 && s.inputs > 0 && s.hidden > 0, "fused_lstm: empty dimension in ", x.sizes(), " or ",
                w_hh.sizes());
    check(x, "x", {s.steps, s.batch, s.inputs});
    check(h0, "h0", {s.batch, s.hidden});
    check(c0, "c0", {s.batch, s.hidden});
    check(w_ih, "w_ih", {s.gates(), s.inputs});
    check(w_hh, "w_hh", {s.gates(), s.hidden});
    check(b_ih, "b_ih", {s.gates()});
    check(b_hh, "b_hh", {s.gates()});
    return s;
}

MatrixView row_major(const Tensor& t, int64_t columns) { return {t.data_ptr<float>(), columns, 1}; }

// Everything that the backward pass reads: activated gates [rows, 4H], hidden state before each step and cell state [rows, H].
struct Forward {
    Tensor y, last_c, gates, before_h, cells;
};

Forward run_forward(const Shape& s, const Tensor& x, const Tensor& h0, const Tensor& c0, const Tensor& w_ih, const Tensor& w_hh,
                    const Tensor& bias) {
    const auto options = x.options().requires_grad(false);
    Forward f;
    f.y = at::empty({s.steps, s.batch, s.hidden}, options);
    f.cells = at::empty({s.steps, s.batch, s.hidden}, options);
    f.gates = at::empty({s.rows(), s.gates()}, options);

    fused::Product projection{row_major(x, s.inputs), row_major(w_ih, s.inputs).transposed(), s.rows(), s.gates(), s.inputs,
                              f.gates.data_ptr<float>(), s.gates()};
    projection.bias = bias.data_ptr<float>();
    fused::multiply(projection);

    // The four gates are packed apart, so that a thread owns a range of hidden units in all of them.
    const fused::Kernels& k = fused::kernels();
    const int64_t gate_size = fused::packed_size(s.hidden, s.hidden);
    const Tensor packed = at::empty({4 * gate_size}, options);
    for (int64_t gate = 0; gate < 4; gate++) {
        const float* weight = w_hh.data_ptr<float>() + gate * s.hidden * s.hidden;
        fused::pack(MatrixView{weight, s.hidden, 1}.transposed(), s.hidden, s.hidden, packed.data_ptr<float>() + gate * gate_size);
    }

    const int64_t panels = (s.hidden + k.panel - 1) / k.panel, state = s.batch * s.hidden;
    for (int64_t t = 0; t < s.steps; t++) {
        const float* previous_h = t == 0 ? h0.data_ptr<float>() : f.y.data_ptr<float>() + (t - 1) * state;
        const float* previous_c = t == 0 ? c0.data_ptr<float>() : f.cells.data_ptr<float>() + (t - 1) * state;
        float* gates = f.gates.data_ptr<float>() + t * s.batch * s.gates();
        float* c = f.cells.data_ptr<float>() + t * state;
        float* h = f.y.data_ptr<float>() + t * state;
        fused::for_shares(panels, s.step_operations(), [&](int64_t first_panel, int64_t last_panel) {
            const int64_t first = first_panel * k.panel, last = std::min(s.hidden, last_panel * k.panel);
            for (int64_t gate = 0; gate < 4; gate++)
                k.multiply(previous_h, false, s.hidden, packed.data_ptr<float>() + gate * gate_size + first * s.hidden, s.batch,
                           last - first, s.hidden, 1, Destination::accumulate, nullptr, gates + gate * s.hidden + first, s.gates());
            k.lstm_forward({s.batch, s.hidden, first, last, gates, previous_c, c, h});
        });
    }
    f.last_c = f.cells[s.steps - 1].clone();
    return f;
}

// Gradients of the pre-activations [rows, 4H], of h0 and of c0. `y_grad`, `last_h_grad` and `last_c_grad` may be undefined.
struct Backward {
    Tensor gate_grad, h0_grad, c0_grad;
};

Backward run_backward(const Shape& s, const Tensor& gates, const Tensor& cells, const Tensor& c0, const Tensor& w_hh,
                      const Tensor& y_grad, const Tensor& last_h_grad, const Tensor& last_c_grad, bool needs_h0) {
    const auto options = gates.options();
    Backward b;
    b.gate_grad = at::empty({s.rows(), s.gates()}, options);
    b.c0_grad = last_c_grad.defined() ? last_c_grad.clone(at::MemoryFormat::Contiguous) : at::zeros({s.batch, s.hidden}, options);
    b.h0_grad = last_h_grad.defined() ? last_h_grad.clone(at::MemoryFormat::Contiguous) : at::zeros({s.batch, s.hidden}, options);

    const fused::Kernels& k = fused::kernels();
    const Tensor packed = at::empty({fused::packed_size(s.gates(), s.hidden)}, options);
    fused::pack(row_major(w_hh, s.hidden), s.gates(), s.hidden, packed.data_ptr<float>());

    const int64_t panels = (s.hidden + k.panel - 1) / k.panel, state = s.batch * s.hidden, gate_state = s.batch * s.gates();
    float* hidden_grad = b.h0_grad.data_ptr<float>();
    float* cell_grad = b.c0_grad.data_ptr<float>();
    float* gate_grad = b.gate_grad.data_ptr<float>();
    const auto through_weight = [&](int64_t step, int64_t first, int64_t last) {
        k.multiply(gate_grad + step * gate_state, false, s.gates(), packed.data_ptr<float>() + first * s.gates(), s.batch,
                   last - first, s.gates(), 1, Destination::overwrite, nullptr, hidden_grad + first, s.hidden);
    };
    for (int64_t t = s.steps - 1; t >= 0; t--) {
        const float* previous_c = t == 0 ? c0.data_ptr<float>() : cells.data_ptr<float>() + (t - 1) * state;
        fused::for_shares(panels, s.step_operations(), [&](int64_t first_panel, int64_t last_panel) {
            const int64_t first = first_panel * k.panel, last = std::min(s.hidden, last_panel * k.panel);
            if (t + 1 < s.steps) through_weight(t + 1, first, last);
            k.lstm_backward({s.batch, s.hidden, first, last, gates.data_ptr<float>() + t * gate_state, previous_c,
                             cells.data_ptr<float>() + t * state, y_grad.defined() ? y_grad.data_ptr<float>() + t * state : nullptr,
                             hidden_grad, cell_grad, gate_grad + t * gate_state});
        });
    }
    if (needs_h0) {
        fused::for_shares(panels, s.step_operations(), [&](int64_t first_panel, int64_t last_panel) {
            through_weight(0, first_panel * k.panel, std::min(s.hidden, last_panel * k.panel));
        });
    }
    return b;
}

// Position of each differentiable input, which is also that of its gradient.
enum Input { kX, kH0, kC0, kInputWeight, kHiddenWeight, kInputBias, kHiddenBias, kInputs };

struct FusedLstm : torch::autograd::Function<FusedLstm> {
    static variable_list forward(AutogradContext* ctx, const Variable& x, const Variable& h0, const Variable& c0, const Variable& w_ih,
                                 const Variable& w_hh, const Variable& b_ih, const Variable& b_hh, const fused::GradTargets& targets, bool recording) {
        const Shape s = check_all(x, h0, c0, w_ih, w_hh, b_ih, b_hh);
        const Tensor xs = x.contiguous(), h = h0.contiguous(), c = c0.contiguous(), wi = w_ih.contiguous(), wh = w_hh.contiguous();
        Forward f = run_forward(s, xs, h, c, wi, wh, b_ih + b_hh);
        if (recording) {
            ctx->set_materialize_grads(false);
            ctx->saved_data["targets"] = targets.list();
            // y may be changed in place by its owner, so the hidden states that the gradient needs are copies.
            const Tensor before = at::cat({h.unsqueeze(0), f.y.narrow(0, 0, s.steps - 1)});
            ctx->save_for_backward({xs, c, wi, wh, f.gates, f.cells, before});
        }
        return {f.y, f.y[s.steps - 1].clone(), f.last_c};
    }

    static variable_list backward(AutogradContext* ctx, variable_list grads) {
        fused::refuse_second_derivative();
        const variable_list saved = ctx->get_saved_variables();
        const Tensor &x = saved[0], &c0 = saved[1], &w_ih = saved[2], &w_hh = saved[3], &gates = saved[4], &cells = saved[5],
                     &before = saved[6];
        const fused::GradTargets targets(ctx->saved_data["targets"].toTensorVector());
        variable_list result(kInputs + 2); // the targets and the flag have none
        if (!grads[0].defined() && !grads[1].defined() && !grads[2].defined()) return result;

        const Shape s{x.size(0), x.size(1), x.size(2), w_hh.size(1)};
        const Backward b = run_backward(s, gates, cells, c0, w_hh, grads[0].defined() ? grads[0].contiguous() : Tensor(), grads[1],
                                        grads[2], ctx->needs_input_grad(kH0));
        const MatrixView gate_grad = row_major(b.gate_grad, s.gates());
        if (ctx->needs_input_grad(kX)) {
            result[kX] = at::empty_like(x);
            fused::multiply({gate_grad, row_major(w_ih, s.inputs), s.rows(), s.inputs, s.gates(), result[kX].data_ptr<float>(), s.inputs});
        }
        if (ctx->needs_input_grad(kH0)) result[kH0] = b.h0_grad;
        if (ctx->needs_input_grad(kC0)) result[kC0] = b.c0_grad;

        const auto weight_grad = [&](int input, int target, const Tensor& factor, int64_t columns) {
            if (!ctx->needs_input_grad(input)) return;
            fused::GradOutput out(targets[target], {s.gates(), columns}, x.options());
            fused::multiply({gate_grad.transposed(), row_major(factor, columns), s.gates(), columns, s.rows(), out.data(), columns, 1,
                             out.destination()});
            result[input] = out.to_return();
        };
        weight_grad(kInputWeight, 0, x, s.inputs);
        weight_grad(kHiddenWeight, 1, before, s.hidden);

        Tensor bias_sum;
        for (const int input : {kInputBias, kHiddenBias}) {
            if (!ctx->needs_input_grad(input)) continue;
            if (!bias_sum.defined()) {
                bias_sum = at::zeros({s.gates()}, x.options());
                fused::add_column_sums(b.gate_grad.data_ptr<float>(), s.rows(), s.gates(), 1, bias_sum.data_ptr<float>());
            }
            result[input] = fused::deliver(bias_sum, targets[input == kInputBias ? 2 : 3]);
        }
        return result;
    }
};

} // namespace

// y [T,B,H], h [B,H] and c [B,H] after the last step, from x [T,B,I], h0 and c0 [B,H] and PyTorch's weights (gates i, f, g, o).
// A gradient target, where given, is a contiguous tensor of its parameter's shape: backward adds into it and autograd gets no
// gradient for that parameter.
CT_API int32_t ct_fused_lstm(TensorHandle x, TensorHandle h0, TensorHandle c0, TensorHandle w_ih, TensorHandle w_hh, TensorHandle b_ih,
                             TensorHandle b_hh, TensorHandle w_ih_target, TensorHandle w_hh_target, TensorHandle b_ih_target,
                             TensorHandle b_hh_target, TensorHandle* y, TensorHandle* h, TensorHandle* c) {
    return ct_guard([&] {
        const fused::GradTargets targets({or_undefined(w_ih_target), or_undefined(w_hh_target), or_undefined(b_ih_target), or_undefined(b_hh_target)});
        variable_list result = FusedLstm::apply(*x, *h0, *c0, *w_ih, *w_hh, *b_ih, *b_hh, targets, at::GradMode::is_enabled());
        *y = ct_new(std::move(result[0]));
        *h = ct_new(std::move(result[1]));
        *c = ct_new(std::move(result[2]));
    });
}
