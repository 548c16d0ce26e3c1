using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using TorchSharp.Modules;

namespace Compression.Torch;

/// <summary>
/// Tells, during backward, that a parameter's gradient is complete, so that it can be sent while the rest is computed. A parameter
/// that is used more than once is told of once, after all its uses; one that takes no part in the loss is not told of.
/// The callback runs inside backward: for a model on the host on the thread that called it, otherwise on a thread of libtorch's.
/// What it throws is kept and thrown by <see cref="AfterBackward"/>; after that it is not called until then.
/// With the TorchSharp package, which has no such hook, <see cref="AfterBackward"/> tells of all parameters, last to first.
/// </summary>
public sealed class GradientReady : IDisposable
{
    private readonly Action<int> ready;
    private ExceptionDispatchInfo? failure;

    private readonly int count;

    private GradientReady(IReadOnlyList<Parameter> parameters, Action<int> ready)
    {
        this.ready = ready;
        count = parameters.Count;
    }

    /// <inheritdoc cref="GradientReady"/>
    public void AfterBackward()
    {
        for (int i = count - 1; i >= 0; i--)
        {
            Tell(i);
        }

        Rethrow();
    }

    /// <summary>Ends the calls.</summary>
    public void Dispose()
    {
    }

    /// <summary>Begins to call <paramref name="ready"/> with the position of each parameter whose gradient is complete.</summary>
    /// <exception cref="ExternalException">A parameter requires no gradient.</exception>
    public static GradientReady Register(IReadOnlyList<Parameter> parameters, Action<int> ready) => new(parameters, ready);

    // Nothing may be thrown through libtorch's frames.
    private void Tell(int index)
    {
        if (failure is not null)
        {
            return;
        }

        try
        {
            ready(index);
        }
#pragma warning disable CA1031 // It is thrown again after backward.
        catch (Exception thrown)
#pragma warning restore CA1031
        {
            failure = ExceptionDispatchInfo.Capture(thrown);
        }
    }

    private void Rethrow()
    {
        ExceptionDispatchInfo? thrown = failure;
        failure = null;
        thrown?.Throw();
    }
}
