using System;
using System.IO;
using System.Net;
using System.Reflection;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Loading;

/// <summary>
/// Gets the factory of the clients on first use, not at import. Other modules may have loaded any assembly before. The factory is created once per process and
/// shared by all runspaces; it holds no connection.
/// </summary>
internal static class ConnectorFactory
{
    private const string Clients = "PasswordBoss.EntraConnector.Clients";
    private static readonly object Gate = new();
    private static IConnectorFactory? factory;

    internal static IConnectorFactory Get()
    {
        lock (Gate)
        {
            return factory ??= (IConnectorFactory)Create();
        }
    }

    private static object Create()
    {
        var module = Path.GetDirectoryName(Path.GetDirectoryName(typeof(ConnectorFactory).Assembly.Location)!)!;
        try
        {
            return IsDesktop ? CreateOnDesktop(Path.Combine(module, "desktop")) : CreateInPrivateContext(Path.Combine(module, "core"));
        }
        catch (TargetInvocationException exception) when (exception.InnerException is not null)
        {
            throw ModuleFolder.Incomplete(module, exception.InnerException);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException || ModuleFolder.IsLoadFailure(exception))
        {
            throw ModuleFolder.Incomplete(module, exception);
        }
    }

    // .NET Framework and Mono have the basic types in mscorlib, .NET has them in System.Private.CoreLib.
    private static bool IsDesktop => typeof(object).Assembly.GetName().Name == "mscorlib";

    private static object CreateInPrivateContext(string folder) =>
        Assembly.LoadFrom(Path.Combine(folder, "PasswordBoss.EntraConnector.Loader.dll"))
            .GetType("PasswordBoss.EntraConnector.Loader.PrivateActivator", throwOnError: true)!
            .GetMethod("Create")!
            .Invoke(null, new object[] { Path.Combine(folder, Clients + ".dll"), Clients + ".ConnectorFactory" })!;

    private static object CreateOnDesktop(string folder)
    {
        // SystemDefault is 0 and lets the system choose. Adding a flag to it would limit the whole process to TLS 1.2.
        if (ServicePointManager.SecurityProtocol != 0)
            ServicePointManager.SecurityProtocol |= SecurityProtocolType.Tls12;
        OwnFolderResolver.Register(folder, Path.Combine(Path.GetDirectoryName(folder)!, "common"));
        return Activator.CreateInstance(Assembly.LoadFrom(Path.Combine(folder, Clients + ".dll")).GetType(Clients + ".ConnectorFactory", throwOnError: true)!)!;
    }
}
