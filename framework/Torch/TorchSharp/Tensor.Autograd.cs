using Compression.Torch.Interop;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>
        /// The accumulated gradient; null before the first backward. A gradient that is set is added to, in place, by backward,
        /// so that it may be a view of other memory.
        /// </summary>
        public Tensor? grad
        {
            get
            {
                LibTorch.Check(LibTorch.ct_grad(this, out nint gradient));
                return gradient == 0 ? null : new Tensor(gradient);
            }

            set => LibTorch.Check(LibTorch.ct_set_grad(this, value));
        }

        public bool is_leaf => LibTorch.Ask(LibTorch.ct_is_leaf(this, out int answer), answer);

        public bool requires_grad
        {
            get => LibTorch.Ask(LibTorch.ct_requires_grad(this, out int answer), answer);
            set => LibTorch.Check(LibTorch.ct_set_requires_grad(this, value));
        }

        public Tensor requires_grad_(bool requires_grad = true) => InPlace(LibTorch.ct_set_requires_grad(this, requires_grad));

        /// <summary>The same memory without history.</summary>
        public Tensor detach() => LibTorch.New(LibTorch.ct_detach(this, out nint result), result);

        public Tensor detach_() => InPlace(LibTorch.ct_detach_(this));

        /// <summary>Adds the gradient of this scalar to every leaf that it depends on.</summary>
        public void backward() => LibTorch.Check(LibTorch.ct_backward(this, [], 0, retainGraph: false, createGraph: false, [], 0));

        /// <summary>As <see cref="backward()"/>, from given gradients, and into given leaves only.</summary>
        public void backward(
            IList<Tensor>? grad_tensors = null, bool retain_graph = false, bool create_graph = false, IList<Tensor>? inputs = null)
        {
            Tensor[] gradients = grad_tensors is null ? [] : [.. grad_tensors];
            Tensor[] leaves = inputs is null ? [] : [.. inputs];
            LibTorch.Check(LibTorch.ct_backward(
                this,
                TensorList.Handles(gradients),
                gradients.Length,
                retain_graph,
                create_graph,
                TensorList.Handles(leaves),
                leaves.Length));
            GC.KeepAlive(gradients);
            GC.KeepAlive(leaves);
        }
    }
}
