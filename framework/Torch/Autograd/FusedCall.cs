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

    /// <summary>Computes the output, as part of autograd's graph where a gradient is asked for.</summary>
    internal Tensor Run()
    {
        FusedFailure.Rethrow();
        IsRecording = Inputs.Any(input => input.IsNeeded);
        if (!IsRecording)
        {
            using IDisposable unrecorded = no_grad();
            return RunForward();
        }

        object?[] arguments = [.. Inputs.Select(input => input.Tensor), this];
        Tensor output = FusedFunction.apply(arguments!);
        foreach (Tensor saved in _saved)
        {
            saved.Dispose();
        }

        _saved.Clear();
        return output;
    }

    internal Tensor RunForward()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor output = Forward();
        foreach (Tensor saved in _saved)
        {
            saved.MoveToOuterDisposeScope();
        }

        return output.MoveToOuterDisposeScope();
    }

    internal List<Tensor> SavedTensors => _saved;

    /// <summary>The gradients of the inputs.</summary>
    /// <param name="saved">What forward saved, in its order.</param>
    /// <param name="outputGrad">Of the output.</param>
    internal Tensor?[] RunBackward(List<Tensor> saved, Tensor outputGrad)
    {
        if (is_grad_enabled())
        {
            throw new InvalidOperationException($"{Name} has no second derivative: run backward without create_graph.");
        }

        using DisposeScope scope = NewDisposeScope();
        var results = new Tensor?[Inputs.Count];
        Backward(saved, outputGrad, results);
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

    /// <summary>Computes the output. What is neither returned nor saved is freed.</summary>
    protected abstract Tensor Forward();

    /// <summary>Computes the gradients of the inputs that need one.</summary>
    protected abstract void Backward(List<Tensor> saved, Tensor outputGrad, Tensor?[] results);
}
