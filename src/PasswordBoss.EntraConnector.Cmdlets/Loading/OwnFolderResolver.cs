using System;
using System.IO;
using System.Reflection;

namespace PasswordBoss.EntraConnector.Loading;

/// <summary>
/// Windows PowerShell has one context and no binding redirects of ours. So where an assembly of our folder asks for a version that is not there, the one
/// that lies in our folder answers; requests of anybody else are none of our business.
/// </summary>
internal static class OwnFolderResolver
{
    private static string? ownFolder;

    internal static void Register(string folder)
    {
        if (ownFolder is not null)
            return;
        ownFolder = folder;
        AppDomain.CurrentDomain.AssemblyResolve += Resolve;
    }

    private static Assembly? Resolve(object? sender, ResolveEventArgs request)
    {
        var requester = request.RequestingAssembly;
        if (requester is null || requester.IsDynamic || !IsOurs(requester.Location))
            return null;
        var name = new AssemblyName(request.Name);

        // Core is shared with the cmdlets and lies in their folder; it is loaded already.
        var core = typeof(PBConnection).Assembly;
        if (string.Equals(name.Name, core.GetName().Name, StringComparison.OrdinalIgnoreCase))
            return core;
        var path = Path.Combine(ownFolder!, name.CultureName ?? "", name.Name + ".dll");
        return File.Exists(path) ? Assembly.LoadFrom(path) : null;
    }

    private static bool IsOurs(string location) =>
        location.Length > 0 && string.Equals(Path.GetDirectoryName(location), ownFolder, StringComparison.OrdinalIgnoreCase);
}
