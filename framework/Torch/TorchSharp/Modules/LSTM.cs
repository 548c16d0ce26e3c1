using System.Globalization;
using Compression.Torch.Interop;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TorchSharp.Modules
{
    /// <summary>
    /// Layers of long short-term memory. The parameters of layer l are weight_ih_l, weight_hh_l, bias_ih_l and bias_hh_l, with
    /// "_reverse" behind for the other direction; their rows are the gates in the order input, forget, cell, output.
    /// </summary>
    public sealed class LSTM : nn.Module<Tensor, (Tensor, Tensor)?, (Tensor, Tensor, Tensor)>
    {
        private readonly long hiddenSize;
        private readonly long layers;
        private readonly bool hasBias;
        private readonly bool batchFirst;
        private readonly double dropout;
        private readonly bool bidirectional;
        private readonly Parameter[] weights;

        internal LSTM(
            long inputSize,
            long hiddenSize,
            long layers,
            bool hasBias,
            bool batchFirst,
            double dropout,
            bool bidirectional,
            Device? device,
            ScalarType? dtype)
            : base(nameof(LSTM))
        {
            this.hiddenSize = hiddenSize;
            this.layers = layers;
            this.hasBias = hasBias;
            this.batchFirst = batchFirst;
            this.dropout = dropout;
            this.bidirectional = bidirectional;
            var all = new List<Parameter>();
            double bound = hiddenSize > 0 ? 1 / Math.Sqrt(hiddenSize) : 0;
            string[] directions = bidirectional ? ["", "_reverse"] : [""];
            for (long layer = 0; layer < layers; layer++)
            {
                long width = layer == 0 ? inputSize : hiddenSize * directions.Length;
                foreach (string direction in directions)
                {
                    string place = string.Create(CultureInfo.InvariantCulture, $"l{layer}{direction}");
                    Add($"weight_ih_{place}", 4 * hiddenSize, width);
                    Add($"weight_hh_{place}", 4 * hiddenSize, hiddenSize);
                    if (hasBias)
                    {
                        Add($"bias_ih_{place}", 4 * hiddenSize);
                        Add($"bias_hh_{place}", 4 * hiddenSize);
                    }
                }
            }

            weights = [.. all];

            void Add(string name, params long[] size)
            {
                using Tensor values = empty(size, dtype, device).uniform_(-bound, bound);
                var parameter = new Parameter(values);
                register_parameter(name, parameter);
                all.Add(parameter);
            }
        }

        /// <summary>
        /// From x [time, batch, input] (batch first where asked for) and the state (h, c), each [layers · directions, batch, hidden],
        /// 0 where not given: the outputs of the last layer [time, batch, hidden · directions], and the new h and c.
        /// </summary>
        public override (Tensor, Tensor, Tensor) forward(Tensor input, (Tensor, Tensor)? h0_c0 = null)
        {
            if (h0_c0 is { } state)
            {
                return Run(input, state.Item1, state.Item2);
            }

            long[] sizes = [layers * (bidirectional ? 2 : 1), input.shape[batchFirst ? 0 : 1], hiddenSize];
            using Tensor nothing = zeros(sizes, input.dtype, input.device);
            return Run(input, nothing, nothing);
        }

        public new (Tensor, Tensor, Tensor) call(Tensor input, (Tensor, Tensor)? h0_c0 = null) => forward(input, h0_c0);

        private (Tensor, Tensor, Tensor) Run(Tensor input, Tensor h, Tensor c)
        {
            (Tensor, Tensor, Tensor) result = LibTorch.New(
                LibTorch.ct_lstm(
                    input,
                    h,
                    c,
                    TensorList.Handles(weights),
                    weights.Length,
                    hasBias,
                    layers,
                    dropout,
                    training,
                    bidirectional,
                    batchFirst,
                    out nint output,
                    out nint hn,
                    out nint cn),
                output,
                hn,
                cn);
            GC.KeepAlive(weights);
            return result;
        }
    }
}

namespace TorchSharp
{
    public static partial class torch
    {
        public static partial class nn
        {
            /// <summary>Parameters uniform within ±1/√hidden; dropout between the layers, of the probability given.</summary>
            public static LSTM LSTM(
                long inputSize,
                long hiddenSize,
                long numLayers = 1,
                bool bias = true,
                bool batchFirst = false,
                double dropout = 0,
                bool bidirectional = false,
                Device? device = null,
                ScalarType? dtype = null) =>
                new(inputSize, hiddenSize, numLayers, bias, batchFirst, dropout, bidirectional, device, dtype);
        }
    }
}
