using Compression.Torch.Interop;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>Seeds the default generators of all devices.</summary>
    public static Generator manual_seed(long seed) => random.manual_seed(seed);

    /// <summary>The default generator of the host.</summary>
    public static class random
    {
        public static Generator manual_seed(long seed)
        {
            LibTorch.Check(LibTorch.ct_manual_seed(unchecked((ulong)seed)));
            return Generator.Default;
        }

        public static Tensor get_rng_state()
        {
            using Generator generator = Generator.Default;
            return generator.get_state();
        }

        public static void set_rng_state(Tensor new_state)
        {
            using Generator generator = Generator.Default;
            generator.set_state(new_state);
        }

        public static long initial_seed()
        {
            using Generator generator = Generator.Default;
            return generator.initial_seed();
        }

        /// <summary>Reseeds from the machine's entropy and gives the new seed.</summary>
        public static long seed()
        {
            using Generator generator = Generator.Default;
            return generator.seed();
        }
    }

    /// <summary>A source of random numbers.</summary>
    public sealed class Generator : IDisposable
    {
        private nint handle;

        /// <summary>A new generator on the host, or the default one of a CUDA device, seeded.</summary>
        public Generator(ulong seed = 0, Device? device = null)
        {
            this.device = device ?? CPU;
            if (this.device.type == DeviceType.CPU)
            {
                LibTorch.Check(LibTorch.ct_generator_new(seed, out handle));
            }
            else
            {
                LibTorch.Check(LibTorch.ct_generator_default((int)this.device.type, this.device.index, out handle));
                LibTorch.Check(LibTorch.ct_generator_set_seed(handle, seed));
            }
        }

        private Generator(nint handle)
        {
            this.handle = handle;
            device = CPU;
        }

        ~Generator() => Release();

        /// <summary>The host's default generator.</summary>
        public static Generator Default =>
            new(LibTorch.Value(LibTorch.ct_generator_default((int)DeviceType.CPU, -1, out nint handle), handle));

        public Device device { get; }

        public IntPtr Handle => handle;

        public Tensor get_state() => LibTorch.New(LibTorch.ct_generator_get_state(handle, out nint state), state);

        public void set_state(Tensor value) => LibTorch.Check(LibTorch.ct_generator_set_state(handle, value));

        public long initial_seed() =>
            unchecked((long)LibTorch.Value(LibTorch.ct_generator_current_seed(handle, out ulong seed), seed));

        public Generator manual_seed(long seed)
        {
            LibTorch.Check(LibTorch.ct_generator_set_seed(handle, unchecked((ulong)seed)));
            return this;
        }

        /// <summary>Reseeds from the machine's entropy and gives the new seed.</summary>
        public long seed() => unchecked((long)LibTorch.Value(LibTorch.ct_generator_seed(handle, out ulong fresh), fresh));

        public void Dispose()
        {
            Release();
            GC.SuppressFinalize(this);
        }

        internal static nint HandleOf(Generator? generator) => generator?.handle ?? 0;

        private void Release()
        {
            nint owned = Interlocked.Exchange(ref handle, 0);
            if (owned != 0)
            {
                LibTorch.Check(LibTorch.ct_generator_dispose(owned));
            }
        }
    }
}
