using Compression.Torch.Interop;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>Whether operations of the calling thread are recorded for backward.</summary>
    public static bool is_grad_enabled() => LibTorch.Ask(LibTorch.ct_grad_enabled(out int enabled), enabled);

    /// <summary>Stops recording on the calling thread until disposed.</summary>
    public static IDisposable no_grad() => new GradientMode(enabled: false);

    /// <summary>Records (or not) on the calling thread until disposed.</summary>
    public static IDisposable enable_grad(bool enabled = true) => new GradientMode(enabled);

    /// <summary>As <see cref="no_grad"/>, without version counters: the results can never take part in backward.</summary>
    public static IDisposable inference_mode(bool mode = true) => new InferenceMode(mode);

    private sealed class GradientMode : IDisposable
    {
        private readonly bool before = is_grad_enabled();

        public GradientMode(bool enabled) => LibTorch.Check(LibTorch.ct_set_grad_enabled(enabled));

        public void Dispose() => LibTorch.Check(LibTorch.ct_set_grad_enabled(before));
    }

    private sealed class InferenceMode : IDisposable
    {
        private nint guard;

        public InferenceMode(bool mode) => LibTorch.Check(LibTorch.ct_inference_mode_enter(mode, out guard));

        public void Dispose()
        {
            nint entered = Interlocked.Exchange(ref guard, 0);
            if (entered != 0)
            {
                LibTorch.Check(LibTorch.ct_inference_mode_leave(entered));
            }
        }
    }
}
