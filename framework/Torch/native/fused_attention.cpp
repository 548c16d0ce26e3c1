// Transformer-XL's relative attention (Dai et al. 2019, section 3.3): every head of every sequence is one piece of work. The shift
// of the positional scores is an addition at another address, and masked scores are never looked at.
#include "fused_gemm.h"
#include "fused_targets.h"
#include "marshal.h"

#include <cmath>

namespace {

using at::Tensor;
using fused::MatrixView;
using torch::autograd::AutogradContext;
using torch::autograd::Variable;
using torch::autograd::variable_list;

enum Input { kQueries, kKeysValues, kPositions, kContentBias, kPositionBias, kDrop, kInputs };

struct Shape {
    int64_t queries, keys, batch, heads, width, reach;

    int64_t pieces() const { return batch * heads; }
    int64_t inner() const { return heads * width; }
    int64_t scores() const { return queries * keys; }
    float scale() const { return 1 / std::sqrt(static_cast<float>(width)); }
    double operations() const { return 12.0 * pieces() * scores() * width; }
    // The keys that query i sees.
    int64_t last(int64_t i) const { return keys - queries + i; }
    int64_t first(int64_t i) const { return reach == 0 ? 0 : std::max<int64_t>(0, last(i) - reach + 1); }
    // Where the score of key j stands among the positional scores of query i.
    int64_t shifted(int64_t i, int64_t j) const { return j + queries - 1 - i; }
};

// One head of one sequence, as views of the whole.
struct Piece {
    const float *q, *k, *v, *r, *content_bias, *position_bias;
    int64_t q_stride, k_stride, r_stride;
    int64_t head, sequence;

    Piece(const Shape& s, int64_t index, const Tensor& queries, const Tensor& keys_values, const Tensor& positions,
          const Tensor& content, const Tensor& position)
        : q_stride(s.batch * s.inner()), k_stride(2 * s.batch * s.inner()), r_stride(s.inner()), head(index % s.heads),
          sequence(index / s.heads) {
        q = queries.data_ptr<float>() + sequence * s.inner() + head * s.width;
        k = keys_values.data_ptr<float>() + 2 * sequence * s.inner() + head * s.width;
        v = k + s.inner();
        r = positions.data_ptr<float>() + head * s.width;
        content_bias = content.data_ptr<float>() + head * s.width;
        position_bias = position.data_ptr<float>() + head * s.width;
    }

    MatrixView keys() const { return {k, k_stride, 1}; }
    MatrixView values() const { return {v, k_stride, 1}; }
    MatrixView positions() const { return {r, r_stride, 1}; }

    void biased_queries(const Shape& s, const float* bias, float* to) const {
        for (int64_t i = 0; i < s.queries; i++)
            for (int64_t c = 0; c < s.width; c++) to[i * s.width + c] = q[i * q_stride + c] + bias[c];
    }
};

void multiply(MatrixView a, MatrixView b, int64_t rows, int64_t columns, int64_t depth, float* c, int64_t stride, float alpha = 1) {
    fused::multiply({a, b, rows, columns, depth, c, stride, alpha});
}

// Leaves the probabilities of one piece in `p` [queries, keys]; `other` has room for as many scores.
void attend(const Shape& s, const Piece& piece, float* p, float* other, float* biased) {
    const MatrixView q{biased, s.width, 1};
    piece.biased_queries(s, piece.content_bias, biased);
    multiply(q, piece.keys().transposed(), s.queries, s.keys, s.width, p, s.keys, s.scale());
    piece.biased_queries(s, piece.position_bias, biased);
    multiply(q, piece.positions().transposed(), s.queries, s.keys, s.width, other, s.keys, s.scale());
    for (int64_t i = 0; i < s.queries; i++) {
        float* row = p + i * s.keys;
        const int64_t first = s.first(i), end = s.last(i) + 1;
        fused::kernels().add_scaled(other + i * s.keys + s.shifted(i, first), 1, end - first, row + first);
        fused::kernels().log_sum_exp(row + first, end - first, true, 1);
        std::fill(row, row + first, 0.0f);
        std::fill(row + end, row + s.keys, 0.0f);
    }
}

void dropped(const float* p, const float* drop, int64_t count, float* to) {
    for (int64_t i = 0; i < count; i++) to[i] = p[i] * drop[i];
}

void add_rows(const float* rows, int64_t count, int64_t width, float* sum) {
    for (int64_t i = 0; i < count; i++)
        for (int64_t c = 0; c < width; c++) sum[c] += rows[i * width + c];
}

struct RelativeAttention : torch::autograd::Function<RelativeAttention> {
    static Variable forward(AutogradContext* ctx, const Variable& queries, const Variable& keys_values, const Variable& positions,
                            const Variable& content_bias, const Variable& position_bias, const Variable& drop_or_empty, int64_t reach,
                            const fused::GradTargets& targets, bool recording) {
        const Tensor drop = fused::empty_as_absent(drop_or_empty);
        const Shape s = shape_of(queries, keys_values, positions, content_bias, position_bias, drop, reach);
        const Tensor q = queries.contiguous(), kv = keys_values.contiguous(), r = positions.contiguous(),
                     u = content_bias.contiguous(), v = position_bias.contiguous(), d = drop.defined() ? drop.contiguous() : Tensor();
        const auto options = q.options().requires_grad(false);
        const Tensor out = at::empty({s.queries, s.batch, s.inner()}, options);
        const Tensor p = recording ? at::empty({s.batch, s.heads, s.queries, s.keys}, options) : Tensor();
        fused::for_shares(s.pieces(), s.operations(), [&](int64_t from, int64_t to) {
            std::vector<float> space(s.queries * s.width + 3 * s.scores());
            float* biased = space.data();
            float* other = biased + s.queries * s.width;
            for (int64_t index = from; index < to; index++) {
                const Piece piece(s, index, q, kv, r, u, v);
                float* mine = recording ? p.data_ptr<float>() + index * s.scores() : other + s.scores();
                attend(s, piece, mine, other, biased);
                const float* used = mine;
                if (d.defined()) {
                    float* masked = other + 2 * s.scores();
                    dropped(mine, d.data_ptr<float>() + index * s.scores(), s.scores(), masked);
                    used = masked;
                }
                multiply({used, s.keys, 1}, piece.values(), s.queries, s.width, s.keys,
                         out.data_ptr<float>() + piece.sequence * s.inner() + piece.head * s.width, piece.q_stride);
            }
        });
        if (recording) {
            ctx->save_for_backward({q, kv, r, u, v, d, p, out});
            ctx->saved_data["reach"] = reach;
            ctx->saved_data["targets"] = targets.list();
        }
        return out;
    }

    static variable_list backward(AutogradContext* ctx, variable_list grads) {
        fused::refuse_second_derivative();
        const variable_list saved = ctx->get_saved_variables();
        const Tensor &q = saved[0], &kv = saved[1], &r = saved[2], &u = saved[3], &v = saved[4], &d = saved[5], &p = saved[6], &out = saved[7];
        const Shape s = shape_of(q, kv, r, u, v, d, ctx->saved_data["reach"].toInt());
        const fused::GradTargets targets(ctx->saved_data["targets"].toTensorVector());
        const Tensor out_grad = grads[0].contiguous();
        const Tensor q_grad = at::empty_like(q), kv_grad = at::empty_like(kv);
        // Sums over the sequences are made afterwards, in their order, whichever thread had which.
        const Tensor r_parts = at::empty({s.batch, s.heads, s.keys, s.width}, q.options());
        const Tensor bias_parts = at::zeros({2, s.batch, s.heads, s.width}, q.options());
        fused::for_shares(s.pieces(), 2 * s.operations(), [&](int64_t from, int64_t to) {
            const int64_t rows = s.queries * s.width;
            std::vector<float> space(3 * rows + 2 * s.scores());
            float *biased = space.data(), *by_content = biased + rows, *by_position = by_content + rows, *g = by_position + rows, *h = g + s.scores();
            for (int64_t index = from; index < to; index++) {
                const Piece piece(s, index, q, kv, r, u, v);
                const int64_t at = piece.sequence * s.inner() + piece.head * s.width;
                const float* mine = p.data_ptr<float>() + index * s.scores();
                const float* drop = d.defined() ? d.data_ptr<float>() + index * s.scores() : nullptr;
                const float *o = out.data_ptr<float>() + at, *o_grad = out_grad.data_ptr<float>() + at;
                float* k_grad = kv_grad.data_ptr<float>() + 2 * piece.sequence * s.inner() + piece.head * s.width;
                const MatrixView output{o_grad, piece.q_stride, 1}, score{g, s.keys, 1}, shifted{h, s.keys, 1};

                if (drop) dropped(mine, drop, s.scores(), h);
                multiply(MatrixView{drop ? h : mine, s.keys, 1}.transposed(), output, s.keys, s.width, s.queries, k_grad + s.inner(), piece.k_stride);
                multiply(output, piece.values().transposed(), s.queries, s.keys, s.width, g, s.keys);
                std::fill(h, h + s.scores(), 0.0f);
                for (int64_t i = 0; i < s.queries; i++) {
                    // The sum of p times its gradient is that of the output times its own.
                    float mean = 0;
                    for (int64_t c = 0; c < s.width; c++) mean += o[i * piece.q_stride + c] * o_grad[i * piece.q_stride + c];
                    float* row = g + i * s.keys;
                    const float* prob = mine + i * s.keys;
                    const float scale = s.scale();
                    if (drop) dropped(row, drop + i * s.keys, s.keys, row);
                    for (int64_t j = 0; j < s.keys; j++) row[j] = prob[j] * (row[j] - mean) * scale;
                    const int64_t first = s.first(i), count = s.last(i) + 1 - first;
                    std::copy(row + first, row + first + count, h + i * s.keys + s.shifted(i, first));
                }

                piece.biased_queries(s, piece.content_bias, biased);
                multiply(score.transposed(), {biased, s.width, 1}, s.keys, s.width, s.queries, k_grad, piece.k_stride);
                multiply(score, piece.keys(), s.queries, s.width, s.keys, by_content, s.width);
                piece.biased_queries(s, piece.position_bias, biased);
                multiply(shifted.transposed(), {biased, s.width, 1}, s.keys, s.width, s.queries, r_parts.data_ptr<float>() + index * s.keys * s.width, s.width);
                multiply(shifted, piece.positions(), s.queries, s.width, s.keys, by_position, s.width);
                add_rows(by_content, s.queries, s.width, bias_parts.data_ptr<float>() + index * s.width);
                add_rows(by_position, s.queries, s.width, bias_parts.data_ptr<float>() + (s.pieces() + index) * s.width);
                float* to_q = q_grad.data_ptr<float>() + at;
                for (int64_t i = 0; i < s.queries; i++)
                    for (int64_t c = 0; c < s.width; c++)
                        to_q[i * piece.q_stride + c] = by_content[i * s.width + c] + by_position[i * s.width + c];
            }
        });

        variable_list result(kInputs + 3); // the reach, the targets and the flag have none
        result[kQueries] = q_grad;
        result[kKeysValues] = kv_grad;
        if (ctx->needs_input_grad(kPositions)) result[kPositions] = r_parts.sum(0).transpose(0, 1).reshape(r.sizes());
        const Tensor biases = bias_parts.sum(1);
        result[kContentBias] = fused::deliver(biases[0], targets[0]);
        result[kPositionBias] = fused::deliver(biases[1], targets[1]);
        return result;
    }

private:
    static Shape shape_of(const Tensor& q, const Tensor& kv, const Tensor& r, const Tensor& u, const Tensor& v, const Tensor& drop, int64_t reach) {
        for (const Tensor* each : {&q, &kv, &r, &u, &v, &drop})
            TORCH_CHECK(!each->defined() || (each->device().is_cpu() && each->scalar_type() == at::kFloat),
                        "relative_attention: all tensors must be float32 on the CPU");
        TORCH_CHECK(q.dim() == 3 && kv.dim() == 3 && r.dim() == 2 && u.dim() == 2 && u.sizes() == v.sizes() && q.size(2) == u.numel() &&
                        kv.size(2) == 2 * q.size(2) && kv.size(1) == q.size(1) && kv.size(0) >= q.size(0) && r.size(0) == kv.size(0) &&
                        r.size(1) == q.size(2) && reach >= 0,
                    "relative_attention: shapes ", q.sizes(), ", ", kv.sizes(), ", ", r.sizes(), ", ", u.sizes(), ", ", v.sizes(),
                    " are not [Q,B,H*W], [K,B,2*H*W], [K,H*W], [H,W], [H,W] with Q <= K");
        const Shape s{q.size(0), kv.size(0), q.size(1), u.size(0), u.size(1), reach};
        TORCH_CHECK(!drop.defined() || drop.numel() == s.pieces() * s.scores(), "relative_attention: the dropout mask is not [B,H,Q,K]");
        return s;
    }
};

} // namespace

// out [Q,B,H*W] of queries [Q,B,H*W], keys and values [K,B,2*H*W] of which the last Q belong to the queries, positions [K,H*W] from the
// most distant to 0, biases [H,W] and, where defined, factors [B,H,Q,K] of the probabilities. A query sees the keys up to its
// own, at most `reach` of them where that is not 0. For the gradient targets see ct_fused_lstm.
CT_API int32_t ct_fused_relative_attention(TensorHandle queries, TensorHandle keys_values, TensorHandle positions, TensorHandle content_bias,
                                           TensorHandle position_bias, TensorHandle drop, int64_t reach, TensorHandle content_target,
                                           TensorHandle position_target, TensorHandle* out) {
    return ct_guard([&] {
        const fused::GradTargets targets({or_undefined(content_target), or_undefined(position_target)});
        *out = ct_new(RelativeAttention::apply(*queries, *keys_values, *positions, *content_bias, *position_bias,
                                               fused::absent_as_empty(or_undefined(drop)), reach, targets, at::GradMode::is_enabled()));
    });
}
