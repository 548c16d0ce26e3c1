using TorchSharp;
using static TorchSharp.torch;

namespace Compression.Torch.Autograd;

/// <summary>
/// One use of a function whose gradient is written by hand. It is differentiable once. A derived class holds the sizes and computes;
/// tensors that backward reads go through <see cref="Save"/>, so that autograd frees them with the graph.
/// </summary>
internal abstract class FusedCall
{
    private readonly List<Tensor> _saved = [];

    /// <summary>The function's name, for messages.</summary>
    internal abstract string Name { get; }

    /// <summary>The differentiable inputs, in the order of their gradients.</summary>
    internal abstract IReadOnlyList<GradientInput> Inputs { get; }

    /// <summary>Whether a gradient will be asked for.</summary>
    protected bool IsRecording { get; private set; }

    /// <summary>Computes the outputs, as part of autograd's graph where a gradient is asked for.</summary>
    internal List<Tensor> Run()
    {
        FusedFailure.Rethrow();
        IsRecording = Inputs.Any(input => input.IsNeeded);
        if (!IsRecording)
        {
            using IDisposable unrecorded = no_grad();
            return RunForward();
        }

        object?[] arguments = [.. Inputs.Select(input => input.Tensor), this];
        List<Tensor> outputs = FusedFunction.apply(arguments!);
        foreach (Tensor saved in _saved)
        {
            saved.Dispose();
        }

        _saved.Clear();
        return outputs;
    }

    internal List<Tensor> RunForward()
    {
        using DisposeScope scope = NewDisposeScope();
        List<Tensor> outputs = Forward();
        foreach (Tensor kept in outputs.Concat(_saved))
        {
            kept.MoveToOuterDisposeScope();
        }

        return outputs;
    }

    internal List<Tensor> SavedTensors => _saved;

    /// <summary>The gradients of the inputs.</summary>
    /// <param name="saved">What forward saved, in its order.</param>
    /// <param name="outputGrads">Of each output.</param>
    internal Tensor?[] RunBackward(List<Tensor> saved, List<Tensor> outputGrads)
    {
        if (is_grad_enabled())
        {
            throw new InvalidOperationException($"{Name} has no second derivative: run backward without create_graph.");
        }

        using DisposeScope scope = NewDisposeScope();
        var results = new Tensor?[Inputs.Count];
        Backward(saved, outputGrads, results);
        foreach (Tensor? result in results)
        {
            result?.MoveToOuterDisposeScope();
        }

        foreach (GradientInput input in Inputs)
        {
            input.Complete();
        }

        return results;
    }

    /// <summary>Keeps a contiguous tensor for backward, in which it has the next place among the saved.</summary>
    protected void Save(Tensor tensor)
    {
        if (IsRecording)
        {
            // A handle of its own on the same tensor: the caller's stays the caller's.
            _saved.Add(tensor.contiguous());
        }
    }

    /// <summary>Computes the outputs. What is neither returned nor saved is freed.</summary>
    protected abstract List<Tensor> Forward();

    /// <summary>Computes the gradients of the inputs that need one.</summary>
    protected abstract void Backward(List<Tensor> saved, List<Tensor> outputGrads, Tensor?[] results);
}
