using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TorchSharp.Modules
{
    /// <summary>max(0, x).</summary>
    public sealed class ReLU : nn.Module<Tensor, Tensor>
    {
        private readonly bool inPlace;

        internal ReLU(bool inPlace)
            : base(nameof(ReLU)) => this.inPlace = inPlace;

        public override Tensor forward(Tensor tensor) => nn.functional.relu(tensor, inPlace);
    }
}

namespace TorchSharp
{
    public static partial class torch
    {
        public static partial class nn
        {
            public static ReLU ReLU(bool inplace = false) => new(inplace);
        }
    }
}
