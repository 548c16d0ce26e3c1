// One LSTM layer over a whole sequence: one product for all input projections, one small product a time step against the packed
// recurrent weight with the gates computed at once, and one product for each weight gradient after the loop over time. With a
// projection (Sak, Senior and Beaufays 2014) what a step hands on is narrower than its cells: h = w_hr (o * tanh(c)).
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
    int64_t steps, batch, inputs, hidden, outputs; // cells, and what they are projected to: as many without a projection

    int64_t rows() const { return steps * batch; }
    int64_t gates() const { return 4 * hidden; }
    double step_operations() const { return 2.0 * batch * outputs * gates(); }
    double projection_operations() const { return 2.0 * batch * hidden * outputs; }
};

void check(const Tensor& t, const char* name, at::IntArrayRef sizes) {
    TORCH_CHECK(t.device().is_cpu() && t.scalar_type() == at::kFloat, "fused_lstm: ", name, " must be a float32 CPU tensor");
    TORCH_CHECK(t.sizes() == sizes, "fused_lstm: ", name, " has shape ", t.sizes(), ", expected ", sizes);
}

Shape check_all(const Tensor& x, const Tensor& h0, const Tensor& c0, const Tensor& w_ih, const Tensor& w_hh, const Tensor& b_ih,
                const Tensor& b_hh, const Tensor& w_hr) {
    TORCH_CHECK(x.dim() == 3, "fused_lstm: x must be [time, batch, inputs], got ", x.sizes());
    TORCH_CHECK(w_hh.dim() == 2, "fused_lstm: w_hh must be [4 * hidden, outputs], got ", w_hh.sizes());
    const bool projects = w_hr.numel() > 0;
    TORCH_CHECK(!projects || w_hr.dim() == 2, "fused_lstm: w_hr must be [outputs, hidden], got ", w_hr.sizes());
    const Shape s{x.size(0), x.size(1), x.size(2), projects ? w_hr.size(1) : w_hh.size(1), w_hh.size(1)};
    TORCH_CHECK(s.steps > 0 && s.batch > 0 && s.inputs > 0 && s.hidden > 0 && s.outputs > 0, "fused_lstm: empty dimension in ",
                x.sizes(), " or ", w_hh.sizes());
    check(x, "x", {s.steps, s.batch, s.inputs});
    check(h0, "h0", {s.batch, s.outputs});
    check(c0, "c0", {s.batch, s.hidden});
    check(w_ih, "w_ih", {s.gates(), s.inputs});
    check(w_hh, "w_hh", {s.gates(), s.outputs});
    check(b_ih, "b_ih", {s.gates()});
    check(b_hh, "b_hh", {s.gates()});
    if (projects) check(w_hr, "w_hr", {s.outputs, s.hidden});
    return s;
}

MatrixView row_major(const Tensor& t, int64_t columns) { return {t.data_ptr<float>(), columns, 1}; }

// The right factor of the small products of all steps, [depth, columns].
struct Packed {
    Tensor storage;
    int64_t depth;

    Packed(MatrixView b, int64_t depth, int64_t columns, const at::TensorOptions& options)
        : storage(at::empty({fused::packed_size(depth, columns)}, options)), depth(depth) {
        fused::pack(b, depth, columns, storage.data_ptr<float>());
    }

    // c = or += a b for the columns [first, last), first a multiple of the panel.
    void multiply(const float* a, int64_t rows, int64_t first, int64_t last, Destination destination, float* c, int64_t c_stride) const {
        fused::kernels().multiply(a, false, depth, storage.data_ptr<float>() + first * depth, rows, last - first, depth, 1, destination,
                                  nullptr, c + first, c_stride);
    }
};

// Runs body(first, last) over shares of the columns that begin with a panel.
template <typename Body>
void for_columns(int64_t columns, double operations, const Body& body) {
    const int64_t panel = fused::kernels().panel;
    fused::for_shares((columns + panel - 1) / panel, operations,
                      [&](int64_t first, int64_t last) { body(first * panel, std::min(columns, last * panel)); });
}

// Everything that the backward pass reads: activated gates [rows, 4H], cell state [rows, H], and the cells' output
// o * tanh(c) [rows, H], which is y where nothing is projected.
struct Forward {
    Tensor y, last_c, gates, cells, units;
};

Forward run_forward(const Shape& s, const Tensor& x, const Tensor& h0, const Tensor& c0, const Tensor& w_ih, const Tensor& w_hh,
                    const Tensor& bias, const Tensor& w_hr) {
    const auto options = x.options().requires_grad(false);
    const bool projects = w_hr.numel() > 0;
    Forward f;
    f.y = at::empty({s.steps, s.batch, s.outputs}, options);
    f.units = projects ? at::empty({s.steps, s.batch, s.hidden}, options) : f.y;
    f.cells = at::empty({s.steps, s.batch, s.hidden}, options);
    f.gates = at::empty({s.rows(), s.gates()}, options);

    fused::Product projection{row_major(x, s.inputs), row_major(w_ih, s.inputs).transposed(), s.rows(), s.gates(), s.inputs,
                              f.gates.data_ptr<float>(), s.gates()};
    projection.bias = bias.data_ptr<float>();
    fused::multiply(projection);

    // The four gates are packed apart, so that a thread owns a range of hidden units in all of them.
    std::vector<Packed> recurrent;
    for (int64_t gate = 0; gate < 4; gate++) {
        const float* weight = w_hh.data_ptr<float>() + gate * s.hidden * s.outputs;
        recurrent.emplace_back(MatrixView{weight, s.outputs, 1}.transposed(), s.outputs, s.hidden, options);
    }
    c10::optional<Packed> down;
    if (projects) down.emplace(row_major(w_hr, s.hidden).transposed(), s.hidden, s.outputs, options);

    const int64_t state = s.batch * s.hidden, output = s.batch * s.outputs;
    for (int64_t t = 0; t < s.steps; t++) {
        const float* previous_h = t == 0 ? h0.data_ptr<float>() : f.y.data_ptr<float>() + (t - 1) * output;
        const float* previous_c = t == 0 ? c0.data_ptr<float>() : f.cells.data_ptr<float>() + (t - 1) * state;
        float* gates = f.gates.data_ptr<float>() + t * s.batch * s.gates();
        float* c = f.cells.data_ptr<float>() + t * state;
        float* units = f.units.data_ptr<float>() + t * state;
        for_columns(s.hidden, s.step_operations(), [&](int64_t first, int64_t last) {
            for (int64_t gate = 0; gate < 4; gate++)
                recurrent[gate].multiply(previous_h, s.batch, first, last, Destination::accumulate, gates + gate * s.hidden, s.gates());
            fused::kernels().lstm_forward({s.batch, s.hidden, first, last, gates, previous_c, c, units});
        });
        if (projects) {
            for_columns(s.outputs, s.projection_operations(), [&](int64_t first, int64_t last) {
                down->multiply(units, s.batch, first, last, Destination::overwrite, f.y.data_ptr<float>() + t * output, s.outputs);
            });
        }
    }
    f.last_c = f.cells[s.steps - 1].clone();
    return f;
}

// Gradients of the pre-activations [rows, 4H], of h0 and of c0; with a projection, that of y through all paths [rows, P].
// `y_grad`, `last_h_grad` and `last_c_grad` may be undefined.
struct Backward {
    Tensor gate_grad, h0_grad, c0_grad, whole_y_grad;
};

Backward run_backward(const Shape& s, const Tensor& gates, const Tensor& cells, const Tensor& c0, const Tensor& w_hh, const Tensor& w_hr,
                      const Tensor& y_grad, const Tensor& last_h_grad, const Tensor& last_c_grad, bool needs_h0) {
    const auto options = gates.options();
    const bool projects = w_hr.numel() > 0;
    Backward b;
    b.gate_grad = at::empty({s.rows(), s.gates()}, options);
    b.c0_grad = last_c_grad.defined() ? last_c_grad.clone(at::MemoryFormat::Contiguous) : at::zeros({s.batch, s.hidden}, options);
    b.h0_grad = last_h_grad.defined() ? last_h_grad.clone(at::MemoryFormat::Contiguous) : at::zeros({s.batch, s.outputs}, options);
    Tensor unit_grad; // of o * tanh(c), one step
    if (projects) {
        b.whole_y_grad = y_grad.defined() ? y_grad.clone(at::MemoryFormat::Contiguous) : at::zeros({s.steps, s.batch, s.outputs}, options);
        b.whole_y_grad[s.steps - 1].add_(b.h0_grad);
        unit_grad = at::empty({s.batch, s.hidden}, options);
    }

    const fused::Kernels& k = fused::kernels();
    const Packed recurrent(row_major(w_hh, s.outputs), s.gates(), s.outputs, options);
    c10::optional<Packed> up;
    if (projects) up.emplace(row_major(w_hr, s.hidden), s.outputs, s.hidden, options);

    const int64_t state = s.batch * s.hidden, output = s.batch * s.outputs, gate_state = s.batch * s.gates();
    float* h0_grad = b.h0_grad.data_ptr<float>();
    float* gate_grad = b.gate_grad.data_ptr<float>();
    for (int64_t t = s.steps - 1; t >= 0; t--) {
        fused::LstmBackwardStep step{s.batch, s.hidden, 0, 0, gates.data_ptr<float>() + t * gate_state,
                                     t == 0 ? c0.data_ptr<float>() : cells.data_ptr<float>() + (t - 1) * state,
                                     cells.data_ptr<float>() + t * state, nullptr, nullptr, b.c0_grad.data_ptr<float>(), gate_grad + t * gate_state};
        const float* later = gate_grad + (t + 1) * gate_state;
        if (!projects) {
            step.output_grad = y_grad.defined() ? y_grad.data_ptr<float>() + t * state : nullptr;
            step.hidden_grad = h0_grad;
            for_columns(s.hidden, s.step_operations(), [&](int64_t first, int64_t last) {
                if (t + 1 < s.steps) recurrent.multiply(later, s.batch, first, last, Destination::overwrite, h0_grad, s.outputs);
                fused::LstmBackwardStep mine = step;
                mine.first = first;
                mine.last = last;
                k.lstm_backward(mine);
            });
            continue;
        }
        float* whole = b.whole_y_grad.data_ptr<float>() + t * output;
        if (t + 1 < s.steps) {
            for_columns(s.outputs, s.step_operations(), [&](int64_t first, int64_t last) {
                recurrent.multiply(later, s.batch, first, last, Destination::accumulate, whole, s.outputs);
            });
        }
        step.hidden_grad = unit_grad.data_ptr<float>();
        for_columns(s.hidden, s.projection_operations(), [&](int64_t first, int64_t last) {
            up->multiply(whole, s.batch, first, last, Destination::overwrite, unit_grad.data_ptr<float>(), s.hidden);
            fused::LstmBackwardStep mine = step;
                mine.first = first;
                mine.last = last;
                k.lstm_backward(mine);
        });
    }
    if (needs_h0) {
        for_columns(s.outputs, s.step_operations(), [&](int64_t first, int64_t last) {
            recurrent.multiply(gate_grad, s.batch, first, last, Destination::overwrite, h0_grad, s.outputs);
        });
    }
    return b;
}

// Position of each differentiable input, which is also that of its gradient.
enum Input { kX, kH0, kC0, kInputWeight, kHiddenWeight, kInputBias, kHiddenBias, kProjection, kInputs };

struct FusedLstm : torch::autograd::Function<FusedLstm> {
    static variable_list forward(AutogradContext* ctx, const Variable& x, const Variable& h0, const Variable& c0, const Variable& w_ih,
                                 const Variable& w_hh, const Variable& b_ih, const Variable& b_hh, const Variable& w_hr,
                                 const fused::GradTargets& targets, bool recording) {
        const Shape s = check_all(x, h0, c0, w_ih, w_hh, b_ih, b_hh, w_hr);
        const Tensor xs = x.contiguous(), h = h0.contiguous(), c = c0.contiguous(), wi = w_ih.contiguous(), wh = w_hh.contiguous(),
                     wr = w_hr.contiguous();
        Forward f = run_forward(s, xs, h, c, wi, wh, b_ih + b_hh, wr);
        if (recording) {
            ctx->set_materialize_grads(false);
            ctx->saved_data["targets"] = targets.list();
            // y may be changed in place by its owner, so the hidden states that the gradient needs are copies.
            const Tensor before = at::cat({h.unsqueeze(0), f.y.narrow(0, 0, s.steps - 1)});
            const Tensor units = wr.numel() > 0 ? f.units : Tensor();
            ctx->save_for_backward({xs, c, wi, wh, f.gates, f.cells, before, wr, fused::absent_as_empty(units)});
        }
        return {f.y, f.y[s.steps - 1].clone(), f.last_c};
    }

    static variable_list backward(AutogradContext* ctx, variable_list grads) {
        fused::refuse_second_derivative();
        const variable_list saved = ctx->get_saved_variables();
        const Tensor &x = saved[0], &c0 = saved[1], &w_ih = saved[2], &w_hh = saved[3], &gates = saved[4], &cells = saved[5],
                     &before = saved[6], &w_hr = saved[7], &units = saved[8];
        const fused::GradTargets targets(ctx->saved_data["targets"].toTensorVector());
        variable_list result(kInputs + 2); // the targets and the flag have none
        if (!grads[0].defined() && !grads[1].defined() && !grads[2].defined()) return result;

        const Shape s{x.size(0), x.size(1), x.size(2), c0.size(1), w_hh.size(1)};
        const Backward b = run_backward(s, gates, cells, c0, w_hh, w_hr, grads[0].defined() ? grads[0].contiguous() : Tensor(), grads[1],
                                        grads[2], ctx->needs_input_grad(kH0));
        const MatrixView gate_grad = row_major(b.gate_grad, s.gates());
        if (ctx->needs_input_grad(kX)) {
            result[kX] = at::empty_like(x);
            fused::multiply({gate_grad, row_major(w_ih, s.inputs), s.rows(), s.inputs, s.gates(), result[kX].data_ptr<float>(), s.inputs});
        }
        if (ctx->needs_input_grad(kH0)) result[kH0] = b.h0_grad;
        if (ctx->needs_input_grad(kC0)) result[kC0] = b.c0_grad;

        const auto weight_grad = [&](int input, int target, MatrixView gradient, int64_t rows, const Tensor& factor, int64_t columns) {
            if (!ctx->needs_input_grad(input)) return;
            fused::GradOutput out(targets[target], {rows, columns}, x.options());
            fused::multiply({gradient.transposed(), row_major(factor, columns), rows, columns, s.rows(), out.data(), columns, 1,
                             out.destination()});
            result[input] = out.to_return();
        };
        weight_grad(kInputWeight, 0, gate_grad, s.gates(), x, s.inputs);
        weight_grad(kHiddenWeight, 1, gate_grad, s.gates(), before, s.outputs);
        if (w_hr.numel() > 0) weight_grad(kProjection, 4, row_major(b.whole_y_grad, s.outputs), s.outputs, units, s.hidden);

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

// y [T,B,P], h [B,P] and c [B,H] after the last step, from x [T,B,I], h0 [B,P], c0 [B,H] and PyTorch's weights (gates i, f, g, o), w_hr [P,H]
// among them; without it P = H. A gradient target, where given, is a contiguous tensor of its parameter's shape: backward adds into it
// and autograd gets no gradient for that parameter.
CT_API int32_t ct_fused_lstm(TensorHandle x, TensorHandle h0, TensorHandle c0, TensorHandle w_ih, TensorHandle w_hh, TensorHandle b_ih,
                             TensorHandle b_hh, TensorHandle w_hr, TensorHandle w_ih_target, TensorHandle w_hh_target,
                             TensorHandle b_ih_target, TensorHandle b_hh_target, TensorHandle w_hr_target, TensorHandle* y,
                             TensorHandle* h, TensorHandle* c) {
    return ct_guard([&] {
        const fused::GradTargets targets({or_undefined(w_ih_target), or_undefined(w_hh_target), or_undefined(b_ih_target),
                                          or_undefined(b_hh_target), or_undefined(w_hr_target)});
        variable_list result = FusedLstm::apply(*x, *h0, *c0, *w_ih, *w_hh, *b_ih, *b_hh, fused::absent_as_empty(or_undefined(w_hr)),
                                                targets, at::GradMode::is_enabled());
        *y = ct_new(std::move(result[0]));
        *h = ct_new(std::move(result[1]));
        *c = ct_new(std::move(result[2]));
    });
}
