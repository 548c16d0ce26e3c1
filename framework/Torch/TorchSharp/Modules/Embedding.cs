using Compression.Torch.Interop;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TorchSharp.Modules
{
    /// <summary>Rows of a table [words, dimensions], by Int64 or Int32 indices of any shape.</summary>
    public sealed class Embedding : nn.Module<Tensor, Tensor>
    {
        private readonly long paddingIndex;
        private readonly double? maxNorm;
        private readonly double normType;
        private readonly bool scaleByFrequency;
        private readonly bool sparseGradient;
        private Parameter table;

        internal Embedding(
            long words,
            long dimensions,
            long? paddingIndex,
            double? maxNorm,
            double normType,
            bool scaleByFrequency,
            bool sparseGradient,
            Device? device,
            ScalarType? dtype)
            : base(nameof(Embedding))
        {
            this.paddingIndex = paddingIndex is { } index && index < 0 ? index + words : paddingIndex ?? -1;
            this.maxNorm = maxNorm;
            this.normType = normType;
            this.scaleByFrequency = scaleByFrequency;
            this.sparseGradient = sparseGradient;
            using Tensor rows = empty(words, dimensions, dtype, device).normal_();
            if (this.paddingIndex >= 0)
            {
                using Tensor padding = rows.select(0, this.paddingIndex);
                padding.zero_();
            }

            table = new Parameter(rows);
            register_parameter(nameof(weight), table);
        }

        /// <summary>[words, dimensions]. The parameter that it takes the place of is disposed.</summary>
        public Parameter weight
        {
            get => table;
            set
            {
                Replace(nameof(weight), value);
                table = value;
            }
        }

        public override Tensor forward(Tensor input)
        {
            if (maxNorm is { } limit)
            {
                using Tensor indices = input.contiguous();
                LibTorch.Check(LibTorch.ct_embedding_renorm_(table, indices, limit, normType));
            }

            return LibTorch.New(
                LibTorch.ct_embedding(table, input, paddingIndex, scaleByFrequency, sparseGradient, out nint result), result);
        }
    }
}

namespace TorchSharp
{
    public static partial class torch
    {
        public static partial class nn
        {
            /// <summary>
            /// A table of standard normal rows. The padding row is 0 and learns nothing; rows longer than
            /// <paramref name="max_norm"/> are shortened to it as they are read.
            /// </summary>
            public static Embedding Embedding(
                long num_embeddings,
                long embedding_dims,
                long? padding_idx = null,
                double? max_norm = null,
                double norm_type = 2,
                bool scale_grad_by_freq = false,
                bool sparse = false,
                Device? device = null,
                ScalarType? dtype = null) =>
                new(num_embeddings, embedding_dims, padding_idx, max_norm, norm_type, scale_grad_by_freq, sparse, device, dtype);
        }
    }
}
