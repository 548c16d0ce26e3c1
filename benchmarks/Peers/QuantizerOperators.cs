using TorchSharp;
using static TorchSharp.torch;

namespace Compression.Benchmarks.Peers;

/// <summary>Methods that send every value in fewer bits, with libtorch's operators. Each takes a vector of float32.</summary>
internal static class QuantizerOperators
{
    private const int Bucket = 512;

    /// <summary>EF-signSGD: signs and their mean magnitude.</summary>
    public static PeerOperator Sign(Tensor gradient) => new(
        () => [gradient.ge(0).to_type(uint8), gradient.abs().mean()],
        payload => payload[1] * ((payload[0].to_type(float32) * 2) - 1));

    /// <summary>1-bit SGD: which values are negative, and the mean of both kinds.</summary>
    public static PeerOperator OneBit(Tensor gradient)
    {
        return new(Compress, payload => where(payload[0].to_type(@bool), payload[1], payload[2]));

        Tensor[] Compress()
        {
            var negative = gradient.lt(0);
            return [negative.to_type(uint8), gradient.masked_select(negative).mean(), gradient.masked_select(negative.logical_not()).mean()];
        }
    }

    /// <summary>TernGrad, clipped at some standard deviations.</summary>
    public static PeerOperator TernGrad(Tensor gradient, double clip)
    {
        return new(Compress, payload => payload[0].to_type(float32) * payload[1]);

        Tensor[] Compress()
        {
            double limit = clip * gradient.std().ToSingle();
            var clipped = gradient.clamp(-limit, limit);
            var magnitude = clipped.abs();
            var largest = magnitude.max();
            var isSent = rand_like(magnitude).mul_(largest).le(magnitude);
            return [clipped.sign().mul_(isSent).to_type(int8), largest];
        }
    }

    /// <summary>QSGD in buckets, by their two-norms.</summary>
    public static PeerOperator Qsgd(Tensor gradient, int levels)
    {
        return new(Compress, payload => Unpadded(payload[0].to_type(float32) * (payload[1] / levels), gradient));

        Tensor[] Compress()
        {
            var buckets = InBuckets(gradient);
            var norms = buckets.norm(1, keepdim: true);
            var exact = buckets.abs().mul_(levels).div_(norms);
            var lower = exact.floor();
            var level = lower + rand_like(exact).lt(exact - lower);
            return [level.mul_(buckets.sign()).to_type(int8), norms];
        }
    }

    /// <summary>CGX: levels between the least and the greatest value of a bucket.</summary>
    public static PeerOperator Uniform(Tensor gradient, int bits)
    {
        int top = (1 << bits) - 1;
        return new(Compress, payload => Unpadded(payload[1] + (payload[0].to_type(float32) * ((payload[2] - payload[1]) / top)), gradient));

        Tensor[] Compress()
        {
            var buckets = InBuckets(gradient);
            Tensor low = buckets.amin([1], keepdim: true), high = buckets.amax([1], keepdim: true);
            var exact = (buckets - low).div_(high - low).mul_(top);
            return [exact.add_(rand_like(exact)).floor_().to_type(uint8), low, high];
        }
    }

    /// <summary>SparseLoCo: the mean of one of four bins that span some standard deviations.</summary>
    public static PeerOperator FourLevels(Tensor gradient, double range)
    {
        return new(Compress, payload => payload[1].gather(0, payload[0].to_type(int64)));

        Tensor[] Compress()
        {
            var codes = ((gradient - gradient.mean()) / (gradient.std() * (range / 4))).add_(2).round_().clamp_(0, 3).to_type(int64);
            var sums = zeros(4, float64).scatter_add_(0, codes, gradient.to_type(float64));
            return [codes.to_type(uint8), (sums / codes.bincount(null, 4)).to_type(float32)];
        }
    }

    /// <summary>Natural compression: powers of two, rounded at random.</summary>
    public static PeerOperator Natural(Tensor gradient)
    {
        return new(Compress, payload => payload[1] * payload[0].to_type(float32).exp2());

        Tensor[] Compress()
        {
            var magnitude = gradient.abs();
            var exponent = magnitude.log2().floor_();
            var isUp = rand_like(magnitude).lt(magnitude.div(exponent.exp2()).sub_(1));
            return [exponent.add_(isUp).to_type(int8), gradient.sign().to_type(int8)];
        }
    }

    /// <summary>A narrower format.</summary>
    public static PeerOperator Narrow(Tensor gradient, ScalarType type) => new(
        () => [gradient.to_type(type)],
        payload => payload[0].to_type(float32));

    private static Tensor InBuckets(Tensor gradient) =>
        nn.functional.pad(gradient, [0, (Bucket - (gradient.numel() % Bucket)) % Bucket]).view(-1, Bucket);

    private static Tensor Unpadded(Tensor buckets, Tensor gradient) => buckets.view(-1)[..(int)gradient.numel()];
}
