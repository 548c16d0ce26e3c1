using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

[assembly: DisableRuntimeMarshalling]
[assembly: DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory)]

namespace Compression.Torch.Interop;

/// <summary>
/// The C interface to libtorch. Every function gives 0, or 1 after an error whose text <see cref="Check"/> throws.
/// A function that hands out a tensor hands out a new handle, which belongs to the caller.
/// </summary>
internal static unsafe partial class LibTorch
{
    private const string Library = "compression_torch";

    [LibraryImport(Library)]
    private static partial nint ct_last_error();

    [LibraryImport(Library)]
    private static partial nint ct_version();

    /// <summary>The version of libtorch that the shim was built with, such as "1.13.1".</summary>
    internal static string Version => Marshal.PtrToStringUTF8(ct_version())!;

    /// <summary>Throws libtorch's message when a call failed.</summary>
    /// <exception cref="ExternalException">The call failed.</exception>
    internal static void Check(int status)
    {
        if (status != 0)
        {
#pragma warning disable CA2201 // TorchSharp's own choice of exception, which callers catch.
            throw new ExternalException(Marshal.PtrToStringUTF8(ct_last_error()));
#pragma warning restore CA2201
        }
    }

    /// <summary>Wraps the handle that a call produced, or throws. The arguments are evaluated in this order.</summary>
    internal static Tensor New(int status, nint handle)
    {
        Check(status);
        return new Tensor(handle);
    }

    /// <summary>As <see cref="New(int, nint)"/>, for calls that produce two tensors.</summary>
    internal static (Tensor First, Tensor Second) New(int status, nint first, nint second)
    {
        Check(status);
        return (new Tensor(first), new Tensor(second));
    }

    /// <summary>As <see cref="New(int, nint)"/>, for calls that produce three tensors.</summary>
    internal static (Tensor First, Tensor Second, Tensor Third) New(int status, nint first, nint second, nint third)
    {
        Check(status);
        return (new Tensor(first), new Tensor(second), new Tensor(third));
    }

    /// <summary>Answers a call that asks yes or no.</summary>
    internal static bool Ask(int status, int answer)
    {
        Check(status);
        return answer != 0;
    }

    /// <summary>Passes on a number that a call produced.</summary>
    internal static T Value<T>(int status, T value)
        where T : unmanaged
    {
        Check(status);
        return value;
    }

    /// <summary>Passes on a text that a call produced.</summary>
    internal static string Text(int status, nint text)
    {
        Check(status);
        return Marshal.PtrToStringUTF8(text)!;
    }
}
