using System;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;

namespace PasswordBoss.EntraConnector.Loader;

/// <summary>
/// The load context of our clients and every third-party package, so that they never conflict with another module's versions. It loads from two folders. The
/// default context loads everything else: the shared framework, our own Core, PowerShell.
/// </summary>
internal sealed class PrivateContext : AssemblyLoadContext
{
    // First the folder of this edition, then the one that both editions of PowerShell share.
    private readonly string[] folders;
    private readonly string frameworkFolder = RuntimeEnvironment.GetRuntimeDirectory();
    private readonly PlatformFolders platform = PlatformFolders.OfThisProcess();

    internal PrivateContext(string folder)
        : base("PasswordBoss.EntraConnector")
    {
        folders = [folder, Path.Combine(Path.GetDirectoryName(folder)!, "common")];
    }

    /// <inheritdoc/>
    protected override Assembly? Load(AssemblyName assemblyName)
    {
        ArgumentNullException.ThrowIfNull(assemblyName);
        var file = assemblyName.Name + ".dll";
        if (!string.IsNullOrEmpty(assemblyName.CultureName))
            file = Path.Combine(assemblyName.CultureName, file);

        // An assembly directly in the folder may be a facade that only throws (for example ProtectedData), so the platform's own copy comes first.
        var path = folders.Select(folder => platform.FindManaged(folder, file)).FirstOrDefault(found => found is not null)
            ?? folders.Select(folder => Path.Combine(folder, file)).FirstOrDefault(File.Exists);
        return path is null || FrameworkHasSameOrHigher(path, assemblyName.Name) ? null : LoadFromAssemblyPath(path);
    }

    /// <inheritdoc/>
    protected override IntPtr LoadUnmanagedDll(string unmanagedDllName)
    {
        var path = folders.Select(folder => platform.FindNative(folder, unmanagedDllName)).FirstOrDefault(found => found is not null);
        return path is null ? IntPtr.Zero : LoadUnmanagedDllFromPath(path);
    }

    // A self-contained PowerShell has its own third-party assemblies beside the framework's, so only names of the framework count.
    private bool FrameworkHasSameOrHigher(string ours, string? name)
    {
        if (name is null || !(name.StartsWith("System.", StringComparison.Ordinal) || name.StartsWith("Microsoft.Win32.", StringComparison.Ordinal)))
            return false;
        var theirs = Path.Combine(frameworkFolder, name + ".dll");
        return File.Exists(theirs) && AssemblyName.GetAssemblyName(theirs).Version >= AssemblyName.GetAssemblyName(ours).Version;
    }
}
