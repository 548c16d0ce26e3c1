using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
#if !TORCHSHARP_PACKAGE
using Compression.Torch.Interop;
#endif
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

#if TORCHSHARP_PACKAGE
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
#else
    private readonly List<nint> registrations = [];
    private GCHandle self;

    private unsafe GradientReady(IReadOnlyList<Parameter> parameters, Action<int> ready)
    {
        this.ready = ready;
        self = GCHandle.Alloc(this);
        try
        {
            for (int i = 0; i < parameters.Count; i++)
            {
                LibTorch.Check(LibTorch.ct_gradient_hook_add(
                    parameters[i], &OnAccumulated, GCHandle.ToIntPtr(self), i, out nint registration));
                registrations.Add(registration);
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Call it after each backward: it throws what the callback threw.</summary>
    public void AfterBackward() => Rethrow();

    /// <summary>Ends the calls. Not during a backward.</summary>
    public void Dispose()
    {
        foreach (nint registration in registrations)
        {
            LibTorch.Check(LibTorch.ct_gradient_hook_remove(registration));
        }

        registrations.Clear();
        if (self.IsAllocated)
        {
            self.Free();
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnAccumulated(nint context, int index) =>
        ((GradientReady)GCHandle.FromIntPtr(context).Target!).Tell(index);
#endif

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
