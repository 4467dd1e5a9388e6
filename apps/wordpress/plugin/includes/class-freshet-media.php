<?php
/**
 * What the Media Library shows of each picture: a column of the list, a box with its history where it is edited, and a line
 * in the dialogs that show one picture.
 *
 * @package Freshet
 */

defined( 'ABSPATH' ) || exit;

final class Freshet_Media {
	const COLUMN  = 'freshet';
	const HISTORY = 20;

	private Freshet_Journal $journal;
	private Freshet_Refresh $refresh;

	/** @var array<int,int> Attachments that this request has met, and may be asked to show. */
	private array $met = [];

	/** @var array<int,?array> Newest entries by attachment, as far as they were asked for. */
	private array $known = [];

	public function __construct( Freshet_Journal $journal, Freshet_Refresh $refresh ) {
		$this->journal = $journal;
		$this->refresh = $refresh;
	}

	public function listen(): void {
		add_filter( 'the_posts', [ $this, 'meet' ] );
		add_filter( 'manage_media_columns', [ $this, 'add_column' ] );
		add_action( 'manage_media_custom_column', [ $this, 'show_column' ], 10, 2 );
		add_action( 'add_meta_boxes_attachment', [ $this, 'add_box' ] );
		add_filter( 'attachment_fields_to_edit', [ $this, 'add_line' ], 10, 2 );
		add_action( 'admin_enqueue_scripts', [ 'Freshet_Words', 'style' ] );
	}

	/** @param mixed $columns WordPress's. */
	public function add_column( $columns ): array {
		return (array) $columns + [ self::COLUMN => __( 'Freshet', 'freshet' ) ];
	}

	/**
	 * @param mixed $column Which column.
	 * @param mixed $id     Which attachment.
	 */
	public function show_column( $column, $id = 0 ): void {
		if ( self::COLUMN !== $column ) {
			return;
		}
		if ( ! wp_attachment_is_image( (int) $id ) ) {
			echo '—';
			return;
		}
		echo wp_kses_post( Freshet_Words::badge( $this->newest( (int) $id ) ) );
	}

	/**
	 * Notes the attachments of a list or a grid, so that all of them are asked about with one query.
	 *
	 * @param mixed $posts What a query of WordPress found; passed on untouched.
	 * @return mixed
	 */
	public function meet( $posts ) {
		foreach ( is_array( $posts ) ? $posts : [] as $post ) {
			if ( $post instanceof WP_Post && 'attachment' === $post->post_type ) {
				$this->met[ $post->ID ] = $post->ID;
			}
		}
		return $posts;
	}

	/** The newest entry of an attachment; null when nothing has happened to it. */
	private function newest( int $id ): ?array {
		if ( ! array_key_exists( $id, $this->known ) ) {
			$ids          = array_keys( array_diff_key( $this->met + [ $id => $id ], $this->known ) );
			$this->known += $this->journal->newest( $ids ) + array_fill_keys( $ids, null );
		}
		return $this->known[ $id ];
	}

	/** @param mixed $post The attachment. */
	public function add_box( $post ): void {
		if ( $post instanceof WP_Post && wp_attachment_is_image( $post->ID ) ) {
			add_meta_box( 'freshet', __( 'Freshet', 'freshet' ), [ $this, 'show_box' ], 'attachment', 'normal', 'default' );
		}
	}

	/** @param mixed $post The attachment. */
	public function show_box( $post ): void {
		$history = $this->journal->history( $post->ID, self::HISTORY );
		echo '<p>' . wp_kses_post( Freshet_Words::badge( $history[0] ?? null ) ) . '</p>';
		if ( $this->refresh->may( $post->ID ) ) {
			printf( '<p><a class="button" href="%s">%s</a></p>', esc_url( Freshet_Refresh::address( $post->ID ) ), esc_html__( 'Refresh', 'freshet' ) );
		}
		if ( ! $history ) {
			echo '<p>' . esc_html__( 'Nothing has happened to this picture since the plugin watches it.', 'freshet' ) . '</p>';
			return;
		}
		echo '<table class="widefat striped freshet-history"><thead><tr>';
		foreach ( [ __( 'When', 'freshet' ), __( 'Why', 'freshet' ), __( 'Files', 'freshet' ), __( 'State', 'freshet' ), __( 'Invalidation', 'freshet' ) ] as $title ) {
			echo '<th scope="col">' . esc_html( $title ) . '</th>';
		}
		echo '</tr></thead><tbody>';
		foreach ( $history as $entry ) {
			echo '<tr><td>' . wp_kses_post( Freshet_Words::time( $entry['at'] ) ) . '</td><td>' . esc_html( Freshet_Words::reason( $entry ) ) . '</td>';
			echo '<td>' . esc_html( number_format_i18n( $entry['files'] ) ) . '</td><td>' . wp_kses_post( Freshet_Words::badge( $entry ) ) . '</td><td>';
			foreach ( $entry['invalidations'] as $uuid ) {
				echo '<code>' . esc_html( $uuid ) . '</code> ';
			}
			echo '</td></tr>';
		}
		echo '</tbody></table>';
	}

	/**
	 * @param mixed $fields WordPress's.
	 * @param mixed $post   The attachment.
	 */
	public function add_line( $fields, $post = null ): array {
		$fields = (array) $fields;
		if ( ! $post instanceof WP_Post || ! wp_attachment_is_image( $post->ID ) || ! current_user_can( 'edit_post', $post->ID ) ) {
			return $fields;
		}
		$html = Freshet_Words::badge( $this->newest( $post->ID ) );
		if ( $this->refresh->may( $post->ID ) ) {
			$html .= sprintf( '<br><a href="%s">%s</a>', esc_url( Freshet_Refresh::address( $post->ID ) ), esc_html__( 'Refresh', 'freshet' ) );
		}
		$fields['freshet'] = [ 'label' => __( 'Freshet', 'freshet' ), 'input' => 'html', 'html' => $html, 'show_in_edit' => false ];
		return $fields;
	}
}
