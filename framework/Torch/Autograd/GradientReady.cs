using System.Runtime.ExceptionServices;
using Compression.Torch.Kernels;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Compression.Torch.Autograd;

/// <summary>
/// Reports, during backward, each parameter whose gradient is complete, so that it can be sent while the rest is computed. A parameter that
/// fused functions use by <see cref="GradientPath.IntoGrad"/> is reported after the last of those uses, the last layer's first; all others that have
/// a gradient are reported by <see cref="AfterBackward"/>, last to first, since libtorch does not say when it has added to them. So a
/// parameter must not be used both ways. Each is reported once a backward.
/// The callback runs inside backward: on the thread that called it, or on libtorch's own for a GPU. What it throws is kept and thrown by <see cref="AfterBackward"/>; after that it is not
/// called until then.
/// </summary>
public sealed unsafe class GradientReady : IDisposable
{
    // Registered by the thread that trains, which also runs the functions that ask for it.
    [ThreadStatic]
    private static GradientReady? s_current;

    private readonly IReadOnlyList<Parameter> _parameters;
    private readonly Action<int> _ready;
    private readonly Dictionary<long, int> _indices = [];
    private readonly int[] _uses;
    private readonly bool[] _told;
    private ExceptionDispatchInfo? _failure;

    private GradientReady(IReadOnlyList<Parameter> parameters, Action<int> ready)
    {
        (_parameters, _ready) = (parameters, ready);
        (_uses, _told) = (new int[parameters.Count], new bool[parameters.Count]);
        for (int i = 0; i < parameters.Count; i++)
        {
            if (!parameters[i].requires_grad)
            {
                throw new ArgumentException($"Parameter {i} requires no gradient.", nameof(parameters));
            }

            _indices[KeyOf(parameters[i])] = i;
        }
    }

    /// <summary>
    /// Begins to call <paramref name="ready"/> with the position of each parameter whose gradient is complete, for backward passes of
    /// the calling thread.
    /// </summary>
    /// <exception cref="ArgumentException">A parameter requires no gradient.</exception>
    public static GradientReady Register(IReadOnlyList<Parameter> parameters, Action<int> ready) => s_current = new GradientReady(parameters, ready);

    /// <summary>Call it after each backward: it reports the parameters that were not reported before, and throws what the callback threw.</summary>
    public void AfterBackward()
    {
        for (int i = _parameters.Count - 1; i >= 0; i--)
        {
            using Tensor? gradient = _told[i] ? null : _parameters[i].grad;
            if (gradient is not null)
            {
                Tell(i);
            }
        }

        Array.Clear(_uses);
        Array.Clear(_told);
        ExceptionDispatchInfo? failure = _failure;
        _failure = null;
        failure?.Throw();
    }

    /// <summary>Ends the calls. Not during a backward.</summary>
    public void Dispose()
    {
        if (s_current == this)
        {
            s_current = null;
        }
    }

    /// <summary>Whether somebody waits for the gradient of a parameter.</summary>
    internal static bool Awaits(Tensor parameter) => s_current is { } current && current._indices.ContainsKey(KeyOf(parameter));

    /// <summary>Counts a use whose gradient goes into <c>.grad</c>; null where nobody waits for it.</summary>
    internal static GradientReady? Begin(Tensor parameter)
    {
        if (s_current is not { } current || !current._indices.TryGetValue(KeyOf(parameter), out int index))
        {
            return null;
        }

        current._uses[index]++;
        return current;
    }

    /// <summary>Says that one of the uses has added its share.</summary>
    internal void End(Tensor parameter)
    {
        int index = _indices[KeyOf(parameter)];
        if (--_uses[index] == 0)
        {
            Tell(index);
        }
    }

    // The same tensor has several objects. Its place is its own: in memory, or on another device in the vector of all parameters.
    private static long KeyOf(Tensor parameter) =>
        parameter.device_type == TorchSharp.DeviceType.CPU ? (nint)TensorPointer.Floats(parameter) : parameter.storage_offset();

    private void Tell(int index)
    {
        _told[index] = true;
        if (_failure is not null)
        {
            return;
        }

        try
        {
            _ready(index);
        }
#pragma warning disable CA1031 // It is thrown again after backward.
        catch (Exception thrown)
#pragma warning restore CA1031
        {
            _failure = ExceptionDispatchInfo.Capture(thrown);
        }
    }
}
