using System.Runtime.InteropServices;

namespace Compression.Torch.Loading;

/// <summary>Which file the loader of the system takes for a library.</summary>
internal static partial class SystemLibrary
{
    private const int LinkMap = 2;

    /// <summary>Finds it as the loader does, by loading it.</summary>
    /// <param name="name">Such as <c>libstdc++.so.6</c>.</param>
    /// <returns>Its path; null where there is none, or the C library does not say.</returns>
    public static string? PathOf(string name)
    {
        if (!NativeLibrary.TryLoad(name, out nint handle))
        {
            return null;
        }

        try
        {
            // struct link_map begins with the address and the name.
            return Information(handle, LinkMap, out nint map) == 0 ? Marshal.PtrToStringUTF8(Marshal.ReadIntPtr(map, nint.Size)) : null;
        }
        catch (Exception unknown) when (unknown is DllNotFoundException or EntryPointNotFoundException)
        {
            return null;
        }
        finally
        {
            NativeLibrary.Free(handle);
        }
    }

    [LibraryImport("libc.so.6", EntryPoint = "dlinfo")]
    private static partial int Information(nint handle, int request, out nint map);
}
