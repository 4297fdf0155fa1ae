using System;
using PasswordBoss.EntraConnector.Messages;

namespace PasswordBoss.EntraConnector.Errors;

/// <summary>
/// A problem that ends an operation. The Clients assembly translates exceptions of third-party packages to it. The original becomes
/// <see cref="Exception.InnerException"/> only if it contains no secrets and no types of isolated packages. User info in addresses is masked everywhere.
/// </summary>
/// <param name="problem">The problem.</param>
/// <param name="inner">The cause.</param>
public sealed class ConnectorException(Problem problem, Exception? inner = null) : Exception(null, UserInfoMask.Apply(inner))
{
    /// <summary>The problem.</summary>
    public Problem Problem => problem;

    /// <summary>The stable id.</summary>
    public ErrorId Id => problem.Id;

    /// <summary>The kind of the problem.</summary>
    public ErrorKind Kind => problem.Kind;

    /// <summary>What happened, and to which object.</summary>
    public Message Text => problem.Text;

    /// <summary>The recommended action.</summary>
    public Message Recommendation => problem.Recommendation;

    /// <summary>What the problem is about, if not the connection: an address, a group, a path.</summary>
    public string? Target => problem.Target;

    /// <summary>Whether a later attempt may succeed without any change.</summary>
    public bool IsTransient => problem.IsTransient;

    /// <inheritdoc/>
    public override string Message => problem.Render();
}
