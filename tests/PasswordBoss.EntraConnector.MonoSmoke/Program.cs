using System;
using System.IO;
using System.Reflection;

namespace PasswordBoss.EntraConnector.MonoSmoke;

/// <summary>
/// Loads the set for Windows PowerShell as Windows PowerShell does, by path and with the module's own resolver, and syncs a sandbox with it. The argument
/// is the module folder.
/// </summary>
internal static class Program
{
    private static int Main(string[] args)
    {
        var shared = Path.Combine(args[0], "shared");
        var core = Assembly.LoadFrom(Path.Combine(shared, "PasswordBoss.EntraConnector.Core.dll"));

        // Only for this program, which was compiled against Core and has no copy of it.
        AppDomain.CurrentDomain.AssemblyResolve += (_, request) =>
            request.RequestingAssembly == typeof(Program).Assembly && new AssemblyName(request.Name).Name == core.GetName().Name ? core : null;
        return SandboxSync.Run(Assembly.LoadFrom(Path.Combine(shared, "PasswordBoss.EntraConnector.Cmdlets.dll")));
    }
}
