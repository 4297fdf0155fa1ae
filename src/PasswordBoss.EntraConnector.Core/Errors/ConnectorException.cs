using System;
using PasswordBoss.EntraConnector.Messages;

namespace PasswordBoss.EntraConnector.Errors;

/// <summary>
/// An error of the catalogue. Exceptions of third-party packages are translated to it at the edge of the clients; the original travels as
/// <see cref="Exception.InnerException"/> only when it is free of secrets and of types of isolated packages. User info of addresses is masked in all of it.
/// </summary>
public sealed class ConnectorException : Exception
{
    private readonly string? target;

    /// <summary>Creates an error.</summary>
    /// <param name="id">The stable id.</param>
    /// <param name="arguments">What the gaps of its sentence, and of its recommended action, are filled with.</param>
    public ConnectorException(ErrorId id, params string[] arguments)
        : this(id, null, arguments)
    {
    }

    /// <summary>Creates an error with its cause.</summary>
    /// <param name="id">The stable id.</param>
    /// <param name="inner">The cause.</param>
    /// <param name="arguments">What the gaps of its sentence, and of its recommended action, are filled with.</param>
    public ConnectorException(ErrorId id, Exception? inner, params string[] arguments)
        : base(null, UserInfoMask.Apply(inner))
    {
        Id = id;
        Text = new Message(ErrorCatalog.SentenceOf(id), arguments);
        Recommendation = new Message(ErrorCatalog.RecommendationOf(id), arguments);
    }

    private ConnectorException(ErrorId id, Message text, Message recommendation)
        : base(null, null)
    {
        Id = id;
        Text = text;
        Recommendation = recommendation;
    }

    /// <summary>An error of the catalogue with a sentence of its own, where the same cause is met in another place.</summary>
    /// <param name="id">The stable id; its recommended action must need no arguments.</param>
    /// <param name="text">The sentence.</param>
    public static ConnectorException Saying(ErrorId id, Message text) => new(id, text, new Message(ErrorCatalog.RecommendationOf(id)));

    /// <summary>The same, about somebody or something.</summary>
    /// <param name="id">The stable id; its recommended action must need no arguments.</param>
    /// <param name="text">The sentence.</param>
    /// <param name="target">What the error is about.</param>
    /// <param name="targetIsUnnamed">Whether the sentence does not name it.</param>
    public static ConnectorException Saying(ErrorId id, Message text, string? target, bool targetIsUnnamed) =>
        new(id, text, new Message(ErrorCatalog.RecommendationOf(id))) { Target = target, TargetIsUnnamed = targetIsUnnamed };

    /// <summary>The same error with another recommended action, where the usual one cannot work.</summary>
    /// <param name="recommendation">What to do next.</param>
    public ConnectorException Advising(Message recommendation) => new(Id, Text, recommendation) { Target = Target, TargetIsUnnamed = TargetIsUnnamed };

    /// <summary>The stable id.</summary>
    public ErrorId Id { get; }

    /// <summary>The class of the error.</summary>
    public ErrorKind Kind => ErrorCatalog.KindOf(Id);

    /// <summary>What happened, to whom.</summary>
    public Message Text { get; }

    /// <summary>What to do next.</summary>
    public Message Recommendation { get; }

    /// <summary>What the error is about, when that is not the connection: an address, a group, a path.</summary>
    public string? Target
    {
        get => target;
        init => target = value is null ? null : UserInfoMask.Apply(value);
    }

    /// <summary>Whether the sentence, which was made for a whole server, does not name <see cref="Target"/>. The message does.</summary>
    public bool TargetIsUnnamed { get; init; }

    /// <summary>Whether a later attempt may succeed without anybody changing anything.</summary>
    public bool IsTransient => ErrorCatalog.IsTransient(Id);

    /// <inheritdoc/>
    public override string Message => TargetIsUnnamed ? InertText.Of(Target ?? "") + ": " + Text.Render().TrimEnd() : Text.Render().TrimEnd();
}
