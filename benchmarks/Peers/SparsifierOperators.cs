using Compression.Core.Gradients;
using TorchSharp;
using static TorchSharp.torch;

namespace Compression.Benchmarks.Peers;

/// <summary>Methods that choose entries, with libtorch's operators. Each takes a vector of float32.</summary>
internal static class SparsifierOperators
{
    // Three bits of exponent: the largest magnitude halved at most seven times.
    private const int LargestCode = 7;

    /// <summary>The largest magnitudes.</summary>
    public static PeerOperator TopK(Tensor gradient, double ratio) => PeerOperator.Sparse(gradient, () => Largest(gradient, ratio));

    /// <summary>The largest magnitudes, of which signs and one mean magnitude are sent.</summary>
    public static PeerOperator TopKSign(Tensor gradient, double ratio)
    {
        return new(Compress, Decompress);

        Tensor[] Compress()
        {
            var indices = Largest(gradient, ratio);
            var values = gradient.gather(0, indices);
            return [values.ge(0).to_type(uint8), values.abs().mean(), indices];
        }

        Tensor Decompress(Tensor[] payload) =>
            PeerOperator.Scatter(gradient.numel(), payload[1] * ((payload[0].to_type(float32) * 2) - 1), payload[2]);
    }

    /// <summary>The largest magnitudes of every row of so many entries, and of what is left over.</summary>
    public static PeerOperator ChunkTopK(Tensor gradient, long chunk, double ratio)
    {
        return PeerOperator.Sparse(gradient, Choose);

        Tensor Choose()
        {
            long chunks = gradient.numel() / chunk, rest = gradient.numel() % chunk;
            var rows = gradient[..(int)(chunks * chunk)].view(chunks, chunk);
            var ofRows = rows.abs().topk((int)CountOf(rows[0], ratio), sorted: false).indexes + (arange(chunks).unsqueeze(1) * chunk);
            return rest == 0 ? ofRows.view(-1) : cat([ofRows.view(-1), Largest(gradient[(int)(chunks * chunk)..], ratio) + (chunks * chunk)]);
        }
    }

    /// <summary>DeMo: of every tile of a matrix the largest coefficients of its cosine transform in both directions.</summary>
    /// <param name="gradient">All parameters.</param>
    /// <param name="layout">Theirs.</param>
    /// <param name="longest">Longest side of a tile.</param>
    /// <param name="count">Coefficients of a tile.</param>
    public static PeerOperator DctTopK(Tensor gradient, BucketLayout layout, int longest, int count)
    {
        TiledParameter[] parameters = [.. layout.Slots.Where(slot => slot.Length > 0).Select(slot => new TiledParameter(slot, longest))];
        return new(
            () =>
            {
                var chosen = parameters.Select(parameter => parameter.Choose(gradient, count)).ToArray();
                return [cat([.. chosen.Select(part => part.Values)]), cat([.. chosen.Select(part => part.Positions)])];
            },
            payload =>
            {
                var coefficients = PeerOperator.Scatter(gradient.numel(), payload[0], payload[1]);
                return cat([.. parameters.Select(parameter => parameter.Inverse(coefficients))]);
            });
    }

    /// <summary>Entries by chance.</summary>
    public static PeerOperator RandomK(Tensor gradient, double ratio) =>
        PeerOperator.Sparse(gradient, () => randperm(gradient.numel())[..(int)CountOf(gradient, ratio)]);

    /// <summary>Magnitudes of at least τ.</summary>
    public static PeerOperator Threshold(Tensor gradient, double tau) => PeerOperator.Sparse(gradient, () => Where(gradient.abs().ge(tau)));

    /// <summary>Deep Gradient Compression: a threshold from a sample, then corrected.</summary>
    public static PeerOperator Dgc(Tensor gradient, double ratio)
    {
        return PeerOperator.Sparse(gradient, Choose);

        Tensor Choose()
        {
            double target = ratio * gradient.numel();
            var sample = gradient[randint(0, gradient.numel(), Math.Max(1, gradient.numel() / 100))].abs();
            double limit = sample.topk((int)CountOf(sample, ratio)).values.min().ToSingle();
            var magnitude = gradient.abs();
            var mask = magnitude.ge(limit);
            for (int round = 0; round < 10; round++)
            {
                double selected = mask.sum().ToInt64(), factor = selected > 1.3 * target ? 1.3 : selected < 0.7 * target ? 0.7 : 1;
                if (factor == 1)
                {
                    break;
                }

                limit *= factor;
                mask = magnitude.ge(limit);
            }

            return Where(mask);
        }
    }

    /// <summary>Gaussian-k: a threshold from mean and deviation, then corrected.</summary>
    /// <param name="gradient">A vector.</param>
    /// <param name="ratio">Share of the entries.</param>
    /// <param name="quantile">Standard deviations that a normal value exceeds, on both sides, with that probability.</param>
    public static PeerOperator GaussianK(Tensor gradient, double ratio, double quantile)
    {
        return PeerOperator.Sparse(gradient, Choose);

        Tensor Choose()
        {
            double target = ratio * gradient.numel();
            double limit = gradient.mean().ToSingle() + (quantile * gradient.std().ToSingle());
            var magnitude = gradient.abs();
            for (int round = 0; ; round++)
            {
                var indices = Where(magnitude.gt(limit));
                double factor = indices.numel() < 2 * target / 3 ? 0.5 : indices.numel() > 4 * target / 3 ? 1.5 : 1;
                if (factor == 1 || round == 3)
                {
                    return indices;
                }

                limit *= factor;
            }
        }
    }

    /// <summary>SIDCo in two stages of exponential tails.</summary>
    public static PeerOperator Sidco(Tensor gradient, double ratio)
    {
        return PeerOperator.Sparse(gradient, Choose);

        Tensor Choose()
        {
            const double stage = 0.25;
            var magnitude = gradient.abs();
            double limit = -magnitude.mean().ToSingle() * Math.Log(stage);
            var exceeding = magnitude.masked_select(magnitude.gt(limit));
            limit -= exceeding.sub(limit).mean().ToSingle() * Math.Log(ratio / stage);
            return Where(magnitude.gt(limit));
        }
    }

    /// <summary>AdaComp: in each bin the entries that reach its largest after the step is added once more.</summary>
    public static PeerOperator AdaComp(Tensor gradient, Tensor step, int bin)
    {
        long elements = gradient.numel(), padding = (bin - (elements % bin)) % bin;
        return new(Compress, payload => PeerOperator.Scatter(elements, payload[0], payload[1]));

        Tensor[] Compress()
        {
            var values = InBins(gradient);
            var largest = values.abs().amax([1], keepdim: true);
            var indices = Where(values.add(InBins(step)).abs().ge(largest).view(-1));
            return [values.view(-1).gather(0, indices).sign() * largest.mean(), indices];
        }

        Tensor InBins(Tensor vector) => nn.functional.pad(vector, [0, padding]).view(-1, bin);
    }

    /// <summary>Variance-based: entries that stand out from their noise, as signs and exponents.</summary>
    /// <param name="step">Of every step.</param>
    /// <param name="added">Sum of squares of every step's micro-batches.</param>
    /// <param name="sum">Of the steps before.</param>
    /// <param name="squares">Of the steps before.</param>
    /// <param name="alpha">How far a sum must stand out.</param>
    /// <param name="zeta">Decay of the squares.</param>
    public static PeerOperator Variance(Tensor step, Tensor added, Tensor sum, Tensor squares, double alpha, double zeta)
    {
        return new(Compress, Decompress);

        Tensor[] Compress()
        {
            sum.add_(step);
            squares.add_(added);
            var indices = Where(sum.mul(sum).gt(squares.mul(alpha)));
            var values = sum.gather(0, indices);
            squares.mul_(zeta);
            sum.index_fill_(0, indices, 0);
            squares.index_fill_(0, indices, 0);
            var magnitude = values.abs();
            var largest = magnitude.max();
            return [magnitude.div(largest).log2().floor().clamp_(min: -LargestCode).to_type(int8), values.sign().to_type(int8), largest, indices];
        }

        Tensor Decompress(Tensor[] payload) =>
            PeerOperator.Scatter(step.numel(), payload[1] * payload[2] * payload[0].to_type(float32).exp2(), payload[3]);
    }

    private static Tensor Largest(Tensor gradient, double ratio) => gradient.abs().topk((int)CountOf(gradient, ratio), sorted: false).indexes;

    private static Tensor Where(Tensor mask) => mask.nonzero().view(-1);

    private static long CountOf(Tensor gradient, double ratio) => Math.Max(1, (long)(ratio * gradient.numel()));
}
