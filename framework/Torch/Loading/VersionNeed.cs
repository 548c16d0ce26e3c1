namespace Compression.Torch.Loading;

/// <summary>A version of another library's symbols without which the loader of the system refuses a library.</summary>
/// <param name="Library">The file that has to provide it, such as <c>libstdc++.so.6</c>.</param>
/// <param name="Version">Such as <c>GLIBCXX_3.4.32</c>.</param>
/// <param name="Index">By which symbols refer to it.</param>
/// <param name="IsWeak">Its absence is passed over (<c>VER_FLG_WEAK</c>).</param>
/// <param name="FlagsOffset">Byte of the file at which its flags stand.</param>
internal readonly record struct VersionNeed(string Library, string Version, ushort Index, bool IsWeak, long FlagsOffset);
