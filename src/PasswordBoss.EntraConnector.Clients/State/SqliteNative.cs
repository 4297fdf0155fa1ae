using System;
using System.Collections.Generic;
using System.IO;
using System.Runtime.InteropServices;
using PasswordBoss.EntraConnector.Clients.Files;
using PasswordBoss.EntraConnector.Errors;
using SQLitePCL;
#if NET472
using System.Linq;
#endif

namespace PasswordBoss.EntraConnector.Clients.State;

/// <summary>
/// Loads the native SQLite library on first use. It is in <c>runtimes/&lt;platform&gt;/native</c> beside this assembly. .NET Framework never looks there, and
/// .NET does only if it is configured to.
/// </summary>
internal static class SqliteNative
{
    private const string Library = "e_sqlite3";
    private static readonly object Gate = new();
    private static volatile bool loaded;

    /// <summary>
    /// Loads the library once. Throws <see cref="ErrorId.NativeLibraryMissing"/> if there is none for this platform, and
    /// <see cref="ErrorId.NativeLibraryTooOld"/> if another module loaded an older one before.
    /// </summary>
    public static void EnsureLoaded()
    {
        if (loaded)
            return;
        lock (Gate)
        {
            if (loaded)
                return;
            Load(Path.GetDirectoryName(typeof(SqliteNative).Assembly.Location) ?? "");
            loaded = true;
        }
    }

    /// <summary>Loads the library, from a folder if necessary, and registers it as the provider.</summary>
    /// <param name="folder">The folder of this assembly.</param>
    internal static void Load(string folder)
    {
        try
        {
            Preload(folder);
            raw.SetProvider(new SQLite3Provider_e_sqlite3());
            RequireVersion(raw.sqlite3_libversion_number());
        }
        catch (Exception exception) when (exception is DllNotFoundException or BadImageFormatException or EntryPointNotFoundException or TypeInitializationException)
        {
            throw new ConnectorException(Problems.NativeLibraryMissing(Library, PlatformName(), Path.Combine(folder, "runtimes")).About(folder));
        }
    }

    /// <summary>
    /// Refuses a library without a function that the state needs (<c>jsonb_each</c>). .NET Framework finds a library by its name. If another module has
    /// already loaded a library of that name, .NET Framework may use that one.
    /// </summary>
    /// <param name="number">SQLite's version number: 3051000 for 3.51.0.</param>
    /// <exception cref="ConnectorException"><see cref="ErrorId.NativeLibraryTooOld"/>.</exception>
    internal static void RequireVersion(int number)
    {
        const int Required = 3_051_000;
        if (number < Required)
            throw new ConnectorException(Problems.NativeLibraryTooOld(Render(number), Render(Required)).About(Library));

        static string Render(int version) => new Version(version / 1_000_000, version / 1000 % 1000, version % 1000).ToString();
    }

    /// <summary>The files that may be the library for this process, best first.</summary>
    /// <param name="folder">The folder of this assembly.</param>
    internal static IEnumerable<string> Candidates(string folder)
    {
        var name = Platform.IsWindows ? Library + ".dll" : Platform.IsMacOS ? "lib" + Library + ".dylib" : "lib" + Library + ".so";
        var file = Path.Combine("runtimes", PlatformName(), "native", name);
        yield return Path.Combine(folder, file);

        // In the module, the library is in a folder that both editions of PowerShell share.
        yield return Path.Combine(folder, "..", "common", file);
    }

    /// <summary>The platform name as packages write it: <c>win-x86</c>, <c>linux-musl-x64</c>.</summary>
    internal static string PlatformName()
    {
        var architecture = RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant();
        if (Platform.IsWindows)
            return "win-" + architecture;
        if (Platform.IsMacOS)
            return "osx-" + architecture;
        return (UsesMusl() ? "linux-musl-" : "linux-") + architecture;
    }

#if NET472
    private static bool UsesMusl() => false;

    private static void Preload(string folder)
    {
        if (!Platform.IsWindows)
            return;
        // Once loaded by full path, the library is found by its name. No other library of that name on the search path can take its place.
        var file = Candidates(folder).FirstOrDefault(File.Exists);
        if (file is null || LoadLibraryEx(Path.GetFullPath(file), IntPtr.Zero, SearchDllLoadDirAndSystem32) == IntPtr.Zero)
            throw new DllNotFoundException(file ?? Library);
    }

    // LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR | LOAD_LIBRARY_SEARCH_SYSTEM32
    private const uint SearchDllLoadDirAndSystem32 = 0x100 | 0x800;

    [DllImport("kernel32", CharSet = CharSet.Unicode, SetLastError = true, EntryPoint = "LoadLibraryExW"), DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern IntPtr LoadLibraryEx(string path, IntPtr reserved, uint flags);
#else
    private static bool UsesMusl() =>
        RuntimeInformation.RuntimeIdentifier.Contains("musl", StringComparison.Ordinal) || RuntimeInformation.RuntimeIdentifier.StartsWith("alpine", StringComparison.Ordinal);

    private static void Preload(string folder)
    {
        var provider = typeof(SQLite3Provider_e_sqlite3).Assembly;
        if (NativeLibrary.TryLoad(Library, provider, null, out _))
            return;
        foreach (var candidate in Candidates(folder))
        {
            if (!NativeLibrary.TryLoad(candidate, out var handle))
                continue;
            NativeLibrary.SetDllImportResolver(provider, (name, _, _) => name == Library ? handle : IntPtr.Zero);
            return;
        }
    }
#endif
}
