using System;
using System.IO;
using System.Linq;
using System.Reflection;

namespace PasswordBoss.EntraConnector.Loading;

/// <summary>
/// Windows PowerShell has a single load context and no binding redirects for us. If an assembly in our folders requests a version that is not available, this
/// returns the one in those folders. It ignores requests of all other assemblies.
/// </summary>
internal static class OwnFolderResolver
{
    private static string[]? ownFolders;

    internal static void Register(params string[] folders)
    {
        if (ownFolders is not null)
            return;
        ownFolders = folders;
        AppDomain.CurrentDomain.AssemblyResolve += Resolve;
    }

    private static Assembly? Resolve(object? sender, ResolveEventArgs request)
    {
        var requester = request.RequestingAssembly;
        if (requester is null || requester.IsDynamic || !IsOurs(requester.Location))
            return null;
        var name = new AssemblyName(request.Name);

        // Core is shared with the cmdlets, so it is in their folder and already loaded.
        var core = typeof(PBConnection).Assembly;
        if (string.Equals(name.Name, core.GetName().Name, StringComparison.OrdinalIgnoreCase))
            return core;
        var path = ownFolders!.Select(folder => Path.Combine(folder, name.CultureName ?? "", name.Name + ".dll")).FirstOrDefault(File.Exists);
        return path is null ? null : Assembly.LoadFrom(path);
    }

    private static bool IsOurs(string location) =>
        location.Length > 0 && ownFolders!.Contains(Path.GetDirectoryName(location), StringComparer.OrdinalIgnoreCase);
}
