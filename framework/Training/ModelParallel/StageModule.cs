using System.Globalization;
using System.Runtime.InteropServices;
using Compression.Core.Contracts;
using Compression.Core.Kernels;
using Compression.Core.Payloads;
using Compression.Torch.Fused;
using Compression.Training.Ptb;
using Compression.Training.Recurrent;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Compression.Training.ModelParallel;

/// <summary>
/// The parameters of some stages of a stacked LSTM language model. Names, shapes and order are those of <see cref="LanguageModel"/>, so
/// that the stages one after another are the model; initial values depend on a parameter's name and not on where it lies.
/// </summary>
public sealed class StageModule : nn.Module
{
    /// <param name="sizes">Of the whole model.</param>
    /// <param name="range">What is here.</param>
    public StageModule(RecurrentModelOptions sizes, StageRange range)
        : base(nameof(StageModule))
    {
        if (range.IsFirst)
        {
            Encoder = Zero(sizes.Vocabulary, sizes.EmbeddingSize);
            register_module("encoder", new Holder("weight", Encoder));
        }

        var layers = new Holder();
        Layers = [.. Enumerable.Range(range.FirstLayer, range.Layers).Select(layer => Layer(sizes, layer, layers))];
        register_module("rnn", layers);
        if (range.IsLast)
        {
            DecoderWeight = Zero(sizes.Vocabulary, sizes.HiddenSize);
            DecoderBias = Zero(sizes.Vocabulary);
            var decoder = new Holder("weight", DecoderWeight);
            decoder.register_parameter("bias", DecoderBias);
            register_module("decoder", decoder);
        }
    }

    /// <summary>[V, E]; null on all stages but the first.</summary>
    public Parameter? Encoder { get; }

    /// <summary>The LSTM layers that are here.</summary>
    public IReadOnlyList<LstmWeights> Layers { get; }

    /// <summary>[V, H]; null on all stages but the last.</summary>
    public Parameter? DecoderWeight { get; }

    /// <summary>[V]; null on all stages but the last.</summary>
    public Parameter? DecoderBias { get; }

    /// <summary>Draws weights and LSTM biases from U(−range, range); the decoder's bias is 0.</summary>
    /// <param name="range">Above 0.</param>
    /// <param name="seed">Of the run.</param>
    public void Initialize(double range, long seed)
    {
        foreach (var (name, parameter) in named_parameters())
        {
            if (ReferenceEquals(parameter, DecoderBias))
            {
                continue;
            }

            var random = new Threefry(RandomKey.Mix((ulong)seed, 0, 0, (int)Checksum.Crc32C(name), RandomPurpose.Initialization));
            var values = MemoryMarshal.Cast<byte, float>(parameter.bytes);
            for (int first = 0; first < values.Length; first += Threefry.BlockLength)
            {
                random.Block(first / Threefry.BlockLength, out var low, out var high);
                for (int i = first; i < Math.Min(values.Length, first + Threefry.BlockLength); i++)
                {
                    uint word = i - first < 16 ? low[i - first] : high[i - first - 16];
                    values[i] = (float)(range * ((word * (2.0 / 4294967296.0)) - 1));
                }
            }
        }
    }

    private static LstmWeights Layer(RecurrentModelOptions sizes, int layer, Holder holder)
    {
        long gates = 4L * sizes.HiddenSize;
        Parameter Add(string name, params long[] shape)
        {
            var parameter = Zero(shape);
            holder.register_parameter(string.Create(CultureInfo.InvariantCulture, $"{name}_l{layer}"), parameter);
            return parameter;
        }

        return new LstmWeights(
            Add("weight_ih", gates, layer == 0 ? sizes.EmbeddingSize : sizes.HiddenSize), Add("weight_hh", gates, sizes.HiddenSize),
            Add("bias_ih", gates), Add("bias_hh", gates));
    }

    private static Parameter Zero(params long[] shape)
    {
        using var values = zeros(shape);
        return new Parameter(values);
    }

    // Gives parameters their path.
    private sealed class Holder : nn.Module
    {
        public Holder()
            : base(nameof(Holder))
        {
        }

        public Holder(string name, Parameter parameter)
            : this() => register_parameter(name, parameter);
    }
}
